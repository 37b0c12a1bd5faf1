-- U8: rated events of which billing let an allowance cover more or less than the allowance has for them, or covered what
-- no allowance is for. Grain: rated_usage_id.

{{ re_rating_candidates('u8', 're_rated.rated_allowance_units <> re_rated.allowance_units') }}
