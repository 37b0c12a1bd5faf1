{#-
    Fails where two half-open intervals of one key overlap, or where an interval ends before it starts.
    keys: the columns that name the thing; an empty interval (start = end) overlaps nothing.
-#}
{% test interval_no_overlap(model, keys, valid_from='valid_from', valid_to='valid_to') %}
select *
from (
    select
        {{ keys | join(', ') }},
        {{ valid_from }} as starts,
        {{ valid_to }} as ends,
        lag({{ valid_to }}) over (
            partition by {{ keys | join(', ') }}
            order by {{ valid_from }} nulls last, {{ valid_to }} nulls last
        ) as previous_ends
    from {{ model }}
    where {{ valid_from }} <> {{ valid_to }}
) as intervals
where starts > ends or previous_ends > starts
{% endtest %}
