-- The monthly charge of O1's unbilled stretches. Grain: claim_key.
-- The offering's price at the end of the stretch, per unbilled day of the bill month, rounded as the bill rounds a line.

{{ unbilled_recurring('o1') }}
