"""`{% translate %}` and `{% blocktranslate %}` as Django has them, for templates that are drawn all day.

A builtin, so templates write what they always wrote. Half the texts of a page have no variable: they are the same each
time, so each is looked up once a language. A block with variables puts its message together from its parts once.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode, do_block_translate, do_translate
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    node: TranslateNode = do_translate(parser, token)
    is_constant = _is_constant(node.filter_expression) and _is_constant(node.message_context)
    return KeptText(node) if is_constant else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> template.Node:
    node: BlockTranslateNode = do_block_translate(parser, token)
    has_variables = any(part.token_type == TokenType.VAR for part in node.singular) or node.plural
    if has_variables or node.extra_context or not _is_constant(node.message_context):
        return ReadyBlock(**vars(node))
    return KeptText(node)


class KeptText(template.Node):
    """A text without variables, by language."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self.asvar, node.asvar = node.asvar, None
        self.node = node
        self.texts: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> str:
        language = get_language()
        text = self.texts.get(language)
        if text is None:
            text = self.texts[language] = SafeString(self.node.render(context))  # our own words
        if self.asvar is None:
            return text
        context[self.asvar] = text
        return ""


class ReadyBlock(BlockTranslateNode):
    """A block whose message and names of variables are known once it has been read."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        read = super().render_token_list
        self._ready = {id(tokens): read(tokens) for tokens in (self.singular, self.plural)}

    def render_token_list(self, tokens: list[Token]) -> tuple[str, list[str]]:
        message, names = self._ready[id(tokens)]
        return message, list(names)


def _is_constant(expression: FilterExpression | None) -> bool:
    """A literal, as it stands in the template."""
    if expression is None:
        return True
    literal = expression.var if isinstance(expression.var, str) else expression.var.literal
    return literal is not None and not expression.filters
