-- The arithmetic of R5: what the days of a line cost, less what was billed for them. Grain: invoice line, or expected line without one.

{{ recurring_line_steps('r5') }}
