{#-
    Who holds something at each instant, when claims over intervals overlap. Renders a CTE body.
      claims    CTE with the keys, valid_from, valid_to and the columns that `carried` and `order_by` read
      keys      what can be held by one only (for example number_type, number_value)
      carried   columns of the claim that goes on with the segment
      order_by  [(column, direction)…]: the best claim first
    Time is cut at every start and end of a key's claims; within one segment nothing changes, so one claim is the best of it.
-#}
{% macro best_claim_per_segment(claims, keys, carried, order_by) -%}
    select
        {% for column in keys + carried %}{{ column }}, {% endfor %}
        valid_from,
        valid_to
    from (
        select
            {% for column in keys + carried %}claims.{{ column }}, {% endfor %}
            segment.valid_from,
            segment.valid_to,
            row_number() over (
                partition by {% for key in keys %}segment.{{ key }}, {% endfor %}segment.valid_from
                order by {% for column, direction in order_by %}claims.{{ column }} {{ direction }} nulls last{{ ', ' if not loop.last }}{% endfor %}
            ) as claim_rank
        from (
            select
                {% for key in keys %}{{ key }}, {% endfor %}
                boundary as valid_from,
                lead(boundary) over (
                    partition by {{ keys | join(', ') }} order by boundary asc nulls last
                ) as valid_to
            from (
                select {% for key in keys %}{{ key }}, {% endfor %}valid_from as boundary from {{ claims }}
                union
                select {% for key in keys %}{{ key }}, {% endfor %}valid_to as boundary from {{ claims }}
            ) as boundaries
        ) as segment
        inner join {{ claims }} as claims
            on {% for key in keys %}segment.{{ key }} = claims.{{ key }} and {% endfor %}
            claims.valid_from <= segment.valid_from
            and claims.valid_to >= segment.valid_to
        where segment.valid_to is not null
    ) as ranked_segment
    where claim_rank = 1
{%- endmacro %}

{#-
    Overlapping and touching intervals of the same keys as one: a CTE body with the keys, valid_from, valid_to.
-#}
{% macro merged_intervals(relation, keys) -%}
    select
        {% for key in keys %}{{ key }}, {% endfor %}
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from (
        select
            {% for key in keys %}{{ key }}, {% endfor %}
            valid_from,
            valid_to,
            sum(is_start) over (
                partition by {{ keys | join(', ') }}
                order by valid_from asc nulls last, valid_to asc nulls last
                rows between unbounded preceding and current row
            ) as island
        from (
            select
                {% for key in keys %}{{ key }}, {% endfor %}
                valid_from,
                valid_to,
                case
                    when valid_from <= max(valid_to) over (
                        partition by {{ keys | join(', ') }}
                        order by valid_from asc nulls last, valid_to asc nulls last
                        rows between unbounded preceding and 1 preceding
                    ) then 0
                    else 1
                end as is_start
            -- twins would be ordered differently by the two windows
            from (select distinct {{ keys | join(', ') }}, valid_from, valid_to from {{ relation }}) as distinct_interval
        ) as started
    ) as numbered
    group by {{ keys | join(', ') }}, island
{%- endmacro %}
