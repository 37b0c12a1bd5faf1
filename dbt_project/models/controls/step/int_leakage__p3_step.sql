-- The arithmetic of P3: what the days of a line cost by the agreement, less what was billed for them. Grain: invoice line.

{{ recurring_line_steps('p3', records=[('crm.agreement', 'agreement_id')]) }}
