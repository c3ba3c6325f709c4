"""Prices of orders, in cents. Pure functions."""

VOLUME_DISCOUNTS = ((100, 10), (20, 5))  # (from this quantity, per cent off), largest first


def line_total(quantity, unit_price):
    """Total of one line in cents, after the volume discount."""
    if quantity < 1:
        raise ValueError(f"quantity must be at least 1, not {quantity}")
    if unit_price < 0:
        raise ValueError(f"unit price must not be negative, but is {unit_price}")
    total = quantity * unit_price
    for minimum, percent in VOLUME_DISCOUNTS:
        if quantity >= minimum:
            return total * (100 - percent) // 100
    return total


def order_total(lines):
    """Total of an order: lines are mappings with quantity and unit_price."""
    return sum(line_total(line["quantity"], line["unit_price"]) for line in lines)
