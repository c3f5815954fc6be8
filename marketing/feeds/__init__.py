"""The catalogue as advertising channels read it: one item for each variant on sale, the same id in all of them.

items       what there is to say of a variant, from the rows that its page is made of
checks      what a channel would refuse, in words
google, meta, yandex      how each of them wants it written, piece by piece
"""

from marketing.feeds import google, meta, yandex
from marketing.feeds.base import Feed

FEEDS: dict[str, Feed] = {
    feed.name: feed for feed in (google.FEED, meta.FEED, yandex.FEED)
}  # by the name in its address

__all__ = ["FEEDS", "Feed"]
