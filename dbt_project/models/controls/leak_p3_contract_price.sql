-- P3: the recurring charge is not what was agreed. Grain: subscription and completed run; the direction is that of the net.
-- Amount: what the days cost by the agreement (by the catalogue beside it) less what was billed.

{{ recurring_line_findings(
    'p3',
    root_cause=['agreement', 'agreement_id'],
    terms=[
        ('agreement', 'agreement_id'),
        ('agreed_price', 'agreed_price'),
        ('agreed_from', 'agreed_from'),
        ('agreed_to', 'agreed_to'),
    ]
) }}
