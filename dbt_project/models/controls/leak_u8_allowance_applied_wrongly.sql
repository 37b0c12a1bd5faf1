-- U8: an allowance covered more or less than it has. Grain: subscription, completed run and direction.
-- Amount: the catalogue's charge after the right allowance, minus the rated one.

{{ re_rating_findings(
    'u8',
    root_cause=["'allowance'", "coalesce(min(allowance_price_id), 'none')"],
    evidence=[
        ('allowance_units', 'cast(sum(allowance_units) as bigint)'),
        ('rated_allowance_units', 'cast(sum(rated_allowance_units) as bigint)'),
    ]
) }}
