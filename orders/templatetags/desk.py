"""{% load desk %}: words of the order desk for the templates of apps above."""

from django import template

from orders import desk

register = template.Library()
register.filter(desk.way_to_pay)
