"""Pictures of imported products: from a folder, a ZIP file, or by their addresses."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from catalog import actions, media
from catalog.exchange.fetching import MAX_BYTES, Fetcher
from catalog.exchange.items import Note, Shot
from catalog.exchange.merging import Plan, with_texts
from catalog.models import Picture, Product, Variant
from shop.errors import Refused

MAX_SOURCE = 500
MAX_OF_A_PRODUCT = 100


def file_name(source: str) -> str:
    """ "red.jpg" of "https://cdn.example/files/red.jpg?v=1" or of "originals/red.jpg"."""
    path = urlsplit(source).path if "://" in source else source
    return unquote(path).replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True)
class Pictures:
    """Where pictures come from. A folder or ZIP file goes before the network; without any they stay out."""

    folder: Path | None = None
    is_fetching: bool = False
    fetch: Callable[[str], bytes] = Fetcher().fetch

    def add(self, plan: Plan) -> tuple[int, list[Note]]:
        """Those that the product lacks, and what our own file says of others: how many, and what was wrong."""
        has_source = self.folder or self.is_fetching or plan.item.is_exact
        if not plan.item.pictures or not has_source:
            return 0, []
        product = plan.current.product if plan.current else Product.objects.get(slug=plan.draft.slug)
        changed, notes = 0, []
        has = {name: picture for picture in product.pictures.all() for name in _names(picture)}
        for shot in plan.item.pictures[:MAX_OF_A_PRODUCT]:
            try:
                if picture := has.get(shot.source):
                    changed += _describe(picture, shot, plan)
                elif upload := self._upload(shot):
                    _add(product, upload, shot, plan)
                    changed += 1
            except Refused as error:
                notes.append(Note(shot.line, "image", f"{shot.source[:200]}: {error}"))
        return changed, notes

    def _upload(self, shot: Shot) -> bytes | None:
        if len(shot.source) > MAX_SOURCE:
            raise Refused(_("The address is longer than %(limit)s characters.") % {"limit": MAX_SOURCE})
        found = self._files.get(file_name(shot.source).casefold())
        if found is not None:
            return self._content(found)
        if self.is_fetching and "://" in shot.source:
            return self.fetch(shot.source)
        if self.folder:
            raise Refused(_("There is no file of this name."))
        return None

    @cached_property
    def _files(self) -> dict[str, str | Path]:
        """{name: where it is}, whatever folders it is in."""
        if self.folder is None:
            return {}
        if self.folder.is_dir():
            paths = sorted(
                path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink()
            )
            return {path.name.casefold(): path for path in reversed(paths)}
        with zipfile.ZipFile(self.folder) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        return {file_name(name).casefold(): name for name in reversed(names)}

    def _content(self, found: str | Path) -> bytes:
        """No more than a picture may have: a ZIP file says little of what it unpacks to."""
        try:
            if isinstance(found, Path):
                with found.open("rb") as file:
                    return file.read(MAX_BYTES + 1)
            with zipfile.ZipFile(self.folder) as archive, archive.open(found) as member:
                return member.read(MAX_BYTES + 1)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise Refused(_("The file cannot be read: %(why)s.") % {"why": error}) from error


def _names(picture: Picture) -> tuple[str, ...]:
    return tuple(name for name in (picture.source, picture.original.name) if name)


def _add(product: Product, upload: bytes, shot: Shot, plan: Plan) -> None:
    actions.add_picture(
        product,
        media.check(upload),
        alt=shot.alt or plan.draft.name,
        variant=_variant(product, shot, plan),
        view=shot.view,
        source=shot.source,
    )


def _describe(picture: Picture, shot: Shot, plan: Plan) -> bool:
    """What our own file says of a picture that is there. Other shops' files leave what staff have written."""
    if not plan.item.is_exact:
        return False
    variant = _variant(picture.product, shot, plan)
    return actions.describe_picture(
        picture, alt=with_texts(picture.alt, shot.alt), variant=variant, view=shot.view
    )


def _variant(product: Product, shot: Shot, plan: Plan) -> Variant | None:
    sku = plan.skus.get(shot.piece)
    return Variant.objects.filter(product=product, sku=sku).first() if sku else None
