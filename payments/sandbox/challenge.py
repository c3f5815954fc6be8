"""3-D Secure: the page on which a bank asks the buyer."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urlsplit

from . import confirming
from .currencies import named
from .markup import guarded, page
from .wire import Answer, Request, html_answer, redirect

PAID = ("succeeded", "requires_capture", "processing")
WORDS = {
    "en": {
        "bank": "Test bank",
        "title": "Confirm your payment",
        "question": 'Pay <strong class="num">{amount}</strong> to the shop?',
        "aside": "A real bank would ask for a code or for your fingerprint here.",
        "complete": "Complete",
        "fail": "Fail",
        "confirmed": "Confirmed",
        "refused": "Not confirmed",
        "thanks": "Thank you. You can go back to the shop.",
        "sorry": "Nothing was paid. You can go back to the shop.",
    },
    "ru": {
        "bank": "Тестовый банк",
        "title": "Подтвердите оплату",
        "question": 'Оплатить магазину <strong class="num">{amount}</strong>?',
        "aside": "Настоящий банк попросил бы здесь код или отпечаток пальца.",
        "complete": "Подтвердить",
        "fail": "Отказаться",
        "confirmed": "Подтверждено",
        "refused": "Не подтверждено",
        "thanks": "Спасибо. Можно вернуться в магазин.",
        "sorry": "Ничего не оплачено. Можно вернуться в магазин.",
    },
}


def handle(sandbox, request: Request, intent_id: str) -> Answer:
    """Ask, or take the answer. A page in a frame then tells the page around it; one of its own leads back."""
    intent = sandbox.find("payment_intent", intent_id, param="intent")
    return_url = sandbox.store.private(intent_id).get("return_url")
    look = {name: request.query[name] for name in ("parent", "locale", "theme") if request.query.get(name)}
    if request.method == "POST":
        with sandbox.store.transaction():
            intent = confirming.authenticated(sandbox, intent_id, request.json().get("outcome") == "complete")
        if return_url and "parent" not in look:
            return redirect(returned_to(return_url, intent))
    if request.method == "POST" or intent["status"] != "requires_action":
        return html_answer(_answered(intent, look), headers=guarded("'none'"))
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(return_url)) if return_url else ""
    return html_answer(_question(intent, look), headers=guarded(f"'self' {origin}".strip()))


def returned_to(return_url: str, intent: dict) -> str:
    """The shop's address with what Stripe adds to it."""
    added = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if intent["status"] in PAID else "failed",
        }
    )
    address, mark, fragment = return_url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{added}{mark}{fragment}"


def _question(intent: dict, look: dict) -> str:
    words = _words(look)
    question = words["question"].format(amount=escape(named(intent["amount"], intent["currency"])))
    action = f"/_sandbox/3ds/{intent['id']}" + (f"?{urlencode(look)}" if look else "")
    return _page(
        f"""<p class="eyebrow">{words["bank"]}</p>
<h1>{words["title"]}</h1>
<p>{question} {words["aside"]}</p>
<form class="actions" method="post" action="{escape(action)}">
<button class="button" id="test-source-authorize-3ds" name="outcome" value="complete">{words["complete"]}</button>
<button class="button" id="test-source-fail-3ds" data-variant="quiet" name="outcome" value="fail">
{words["fail"]}</button>
</form>""",
        look,
    )


def _answered(intent: dict, look: dict) -> str:
    words = _words(look)
    done = intent["status"] in PAID
    heading, text = ("confirmed", "thanks") if done else ("refused", "sorry")
    return _page(f"<h1>{words[heading]}</h1><p>{words[text]}</p>", look, answered=intent["id"])


def _page(content: str, look: dict, answered: str = "") -> str:
    words = _words(look)
    main = (
        f'<main class="challenge" data-parent="{escape(look.get("parent", ""))}" data-answered="{answered}">'
        f"{content}</main>"
    )
    return page(
        f"{words['title']} – {words['bank']}",
        main,
        language="ru" if words is WORDS["ru"] else "en",
        theme=look.get("theme", ""),
        script="/v3/challenge.js",
    )


def _words(look: dict) -> dict:
    return WORDS.get(look.get("locale", "en"), WORDS["en"])
