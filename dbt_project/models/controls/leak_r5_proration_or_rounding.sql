-- R5: the recurring charge is not what its days cost. Grain: subscription and completed run; the direction is that of the net.
-- Amount: recomputed lines less billed ones.

{{ recurring_line_findings('r5', root_cause=['bill_run', 'bill_run_id']) }}
