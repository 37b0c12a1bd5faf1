-- R1: rated events whose amount differs from what the catalogue makes of them. Grain: rated_usage_id.
-- Whatever an earlier control explains (the tariff's configuration, a free ride, an allowance, a copy) it owns.

{{ re_rating_candidates('r1') }}
