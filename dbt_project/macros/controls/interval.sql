{#-
    What of each expected interval no cover reaches: a select of key, gap_from, gap_to, to be the body of a CTE.
    expected: relation with the key, expected_from, expected_to; one row per key. cover: relation with the key, first_day, end_day,
    in any order, overlapping or not. Intervals are half-open dates.
-#}
{% macro uncovered(expected, cover, key) -%}
    select {{ key }}, gap_from, gap_to
    from (
        select
            {{ key }},
            greatest(
                coalesce(
                    max(end_day) over (
                        partition by {{ key }}
                        order by first_day nulls last, end_day nulls last
                        rows between unbounded preceding and 1 preceding
                    ),
                    expected_from
                ),
                expected_from
            ) as gap_from,
            first_day as gap_to
        from (
            select
                expected.{{ key }},
                expected.expected_from,
                cover.first_day,
                cover.end_day
            from {{ expected }} as expected
            inner join {{ cover }} as cover
                on expected.{{ key }} = cover.{{ key }}
                and expected.expected_from < cover.end_day
                and expected.expected_to > cover.first_day
            union all
            -- The end of the expected interval closes its last gap.
            select
                {{ key }},
                expected_from,
                expected_to as first_day,
                expected_to as end_day
            from {{ expected }}
        ) as bounded
    ) as gap
    where gap_to > gap_from
{%- endmacro %}
