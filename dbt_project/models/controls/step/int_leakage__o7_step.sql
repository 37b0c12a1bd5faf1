-- The arithmetic of O7: the refund of each line, pro rata for its days. Grain: invoice line.

{{ refund_steps('o7') }}
