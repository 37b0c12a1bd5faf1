{#-
    Whether the given names of two customer records can be one person's: equal, the initial of the other, given and family
    name swapped, or one letter apart in a longer name. A name that only continues the other one (Julia, Julian) is another.
-#}
{% macro given_names_agree(left, right) -%}
    case
        when {{ left }}.first_given_name_key is null or {{ right }}.first_given_name_key is null then false
        when {{ left }}.first_given_name_key = {{ right }}.first_given_name_key then true
        when {{ left }}.given_name_key = {{ right }}.family_name_key and {{ right }}.given_name_key = {{ left }}.family_name_key
            then true
        when length({{ left }}.first_given_name_key) = 1 or length({{ right }}.first_given_name_key) = 1
            then substring({{ left }}.first_given_name_key, 1, 1) = substring({{ right }}.first_given_name_key, 1, 1)
        when least(length({{ left }}.first_given_name_key), length({{ right }}.first_given_name_key)) < 5 then false
        when substring({{ left }}.first_given_name_key, 1, length({{ right }}.first_given_name_key)) = {{ right }}.first_given_name_key
            then false
        when substring({{ right }}.first_given_name_key, 1, length({{ left }}.first_given_name_key)) = {{ left }}.first_given_name_key
            then false
        else levenshtein({{ left }}.first_given_name_key, {{ right }}.first_given_name_key) = 1
    end
{%- endmacro %}

{#-
    Whether two customer records say what one customer cannot say: given names that are clearly two, birth dates of another
    year and another day or month (father and child of one name), two VAT numbers, or a person on one side and a legal entity on the other.
    Neither an initial, a second given name, swapped names nor a slip of one or two letters is a contradiction; call names (Susi, Susanne)
    look like one, so where the linker has compared the two records, it is to be asked about names.
      left, right  relations with the columns of int_customer__trait
      names        false leaves the given names out
      birth_dates  false leaves the birth dates out
-#}
{% macro records_contradict(left, right, names=true, birth_dates=true) -%}
    (
        {% if names -%}
        {{ given_names_contradict(left, right) }}
        or {% endif -%}
        {% if birth_dates -%}
        {{ birth_dates_contradict(left, right) }}
        or {% endif -%}
        coalesce({{ left }}.vat_key <> {{ right }}.vat_key, false)
        or ({{ left }}.is_person and {{ right }}.is_legal_entity)
        or ({{ left }}.is_legal_entity and {{ right }}.is_person)
    )
{%- endmacro %}

{% macro given_names_contradict(left, right) -%}
    case
        when {{ left }}.first_given_name is null or {{ right }}.first_given_name is null then false
        when instr({{ right }}.name_words, concat_ws('', ' ', {{ left }}.first_given_name, ' ')) > 0 then false
        when instr({{ left }}.name_words, concat_ws('', ' ', {{ right }}.first_given_name, ' ')) > 0 then false
        when length({{ left }}.first_given_name) = 1 or length({{ right }}.first_given_name) = 1
            then instr({{ right }}.name_words, concat_ws('', ' ', substring({{ left }}.first_given_name, 1, 1))) = 0
                or instr({{ left }}.name_words, concat_ws('', ' ', substring({{ right }}.first_given_name, 1, 1))) = 0
        when {{ left }}.first_given_name like concat_ws('', {{ right }}.first_given_name, '%') then true
        when {{ right }}.first_given_name like concat_ws('', {{ left }}.first_given_name, '%') then true
        else levenshtein({{ left }}.first_given_name, {{ right }}.first_given_name)
            > case when least(length({{ left }}.first_given_name), length({{ right }}.first_given_name)) < 5 then 0 else 2 end
    end
{%- endmacro %}

{#- Whether birth dates are clearly two: another year and another day or month. One wrong digit, or a day that a clerk made up, isn't. -#}
{% macro birth_dates_contradict(left, right) -%}
    coalesce(
        extract(year from {{ left }}.birth_date) <> extract(year from {{ right }}.birth_date)
        and {{ birth_date_differences(left, right) }} >= 2,
        false
    )
{%- endmacro %}

{#- In how many of day, month and year two birth dates differ; swapped day and month are no difference. Null where one is unknown. -#}
{% macro birth_date_differences(left, right) -%}
    case
        when extract(year from {{ left }}.birth_date) = extract(year from {{ right }}.birth_date)
            and extract(month from {{ left }}.birth_date) = extract(day from {{ right }}.birth_date)
            and extract(day from {{ left }}.birth_date) = extract(month from {{ right }}.birth_date)
            then 0
        else
            case when extract(day from {{ left }}.birth_date) <> extract(day from {{ right }}.birth_date) then 1 else 0 end
            + case when extract(month from {{ left }}.birth_date) <> extract(month from {{ right }}.birth_date) then 1 else 0 end
            + case when extract(year from {{ left }}.birth_date) <> extract(year from {{ right }}.birth_date) then 1 else 0 end
            + case when {{ left }}.birth_date is null or {{ right }}.birth_date is null then null else 0 end
    end
{%- endmacro %}
