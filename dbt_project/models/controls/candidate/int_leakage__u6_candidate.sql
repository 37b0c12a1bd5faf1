-- U6: rated events that cost something and were charged at zero. Grain: rated_usage_id.
-- What is free by law or agreement, by a price of zero or because an allowance covers it is worth zero in re-rating, too.
-- What billing let an allowance cover, rightly or not, is U8's.

{{ re_rating_candidates('u6', 're_rated.rated_amount = 0 and re_rated.expected_amount > 0 and re_rated.rated_allowance_units = 0') }}
