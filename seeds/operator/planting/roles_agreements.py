"""Faults and distractors of prices that were agreed with a customer."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

AGREEMENTS = (
    fault("P3.list_price", 12, 3, "an agreed price was never taken over: the list price is billed"),
    fault("P3.ended", 12, 3, "the agreement ended; its price is billed on"),
    fault("P3.not_indexed", 12, 3, "the next agreement has a higher price; the former one's is billed on"),
    fault("P3.keyed_wrong", 12, 3, "the agreed price was typed wrongly into billing"),
    honest("P3.followed", 10, 2, "an agreed price, billed as agreed"),
    honest("P3.begins_later", 10, 2, "an agreement that began inside the window; the list price is billed until then"),
    honest("P3.renewed", 10, 2, "an agreement that ended and was followed by the next one on its day; billed so"),
    honest("P3.list_again", 10, 2, "an agreement that ended; the list price is billed from then on"),
    honest("P3.other_offering", 10, 2, "an agreement for another offering; what is held is billed at its list price"),
    honest("P3.other_customer", 10, 2, "an agreement of somebody else, or of nobody, that names the product"),
    honest("P3.not_signed", 10, 2, "a draft or a rejected agreement; the list price is billed"),
    honest("P3.as_discount", 10, 2, "the list price is billed, and an approved discount makes it the agreed one"),
    honest("P3.discounted", 10, 2, "an agreed price, billed as agreed, and a promotion on top of it"),
)
