{#- Normal forms for comparison. Two spellings of the same thing meet; the original always stays beside it. -#}

{#- Letters a-z and digits, single spaces: umlauts written out, accents dropped, punctuation gone. 'Groß-Müller' → 'gross mueller'. -#}
{% macro folded_text(expression) -%}
    {%- set letters = namespace(sql='lower(' ~ expression ~ ')') -%}
    {#- The last three pairs are the same letters written as a vowel and a combining diaeresis. -#}
    {%- for letter, spelling in [
        ('ä', 'ae'), ('ö', 'oe'), ('ü', 'ue'), ('ß', 'ss'), ('æ', 'ae'), ('œ', 'oe'), ('ø', 'oe'),
        ('a\u0308', 'ae'), ('o\u0308', 'oe'), ('u\u0308', 'ue')
    ] -%}
        {%- set letters.sql = "replace(" ~ letters.sql ~ ", '" ~ letter ~ "', '" ~ spelling ~ "')" -%}
    {%- endfor -%}
    {%- set plain = "translate(" ~ letters.sql
        ~ ", 'àáâãåāăąçćčďđèéêëēęěğìíîïīıłñńňòóôõőōřśšşșťțùúûūůűýÿźžż'"
        ~ ", 'aaaaaaaacccddeeeeeeegiiiiiilnnnoooooorssssttuuuuuuyyzzz')" -%}
    nullif(trim({{ regexp_replace_all(plain, '[^a-z0-9]+', ' ') }}), '')
{%- endmacro %}

{#- Key of a name, coarser than folded_text: also meets spellings that dropped the umlaut (Müller, Mueller, Muller) and hyphens. -#}
{% macro name_key(expression) -%}
    replace(replace(replace(replace({{ folded_text(expression) }}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), ' ', '')
{%- endmacro %}

{#- Key of a company's name without its legal form: 'Nord & Söhne GmbH & Co. KG' and 'NORD UND SOEHNE' meet. -#}
{% macro company_key(expression) -%}
    {%- set folded = folded_text(expression) -%}
    {#- Spaces are doubled so that neighbouring words don't share the one that both patterns need. -#}
    {%- set words = "concat_ws('', ' ', replace(" ~ folded ~ ", ' ', '  '), ' ')" -%}
    {%- set without_form = regexp_replace_all(
        words,
        ' (gesellschaft  mit  beschraenkter  haftung|unternehmergesellschaft|aktiengesellschaft|haftungsbeschraenkt|gmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|se|ek|ev|g  m  b  h|m  b  h|a  g|k  g|u  g|o  h  g|e  k|e  v|co|und) ',
        ' '
    ) -%}
    nullif(replace(replace(replace(replace({{ without_form }}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), ' ', ''), '')
{%- endmacro %}

{#- Key of a street with house number: 'Lange Straße 5 a', 'Lange Str. 5a' and 'LANGE STRASSE 5A' meet. -#}
{% macro street_key(expression) -%}
    replace(replace({{ folded_text(expression) }}, ' ', ''), 'strasse', 'str')
{%- endmacro %}

{#- Postcode without spaces; a German one that lost its leading zero gets it back. -#}
{% macro postcode_key(postcode, country_code) -%}
    {%- set kept = regexp_replace_all('upper(' ~ postcode ~ ')', '[^A-Z0-9]', '') -%}
    case
        when coalesce({{ country_code }}, '{{ var("home_country", "DE") }}') = 'DE' and length({{ kept }}) = 4
            then concat_ws('', '0', {{ kept }})
        else nullif({{ kept }}, '')
    end
{%- endmacro %}

{#- E-mail in lower case without surrounding spaces; null when it has not the shape of one. -#}
{% macro email_key(expression) -%}
    case when {{ expression }} like '%_@_%._%' then lower(trim({{ expression }})) end
{%- endmacro %}

{#-
    A telephone or line number as digits in international form without plus: 0170…, +49 170…, +49 (0)170…, 0049170…
    and 49170… meet. A number without prefix is one of the home country, unless it is as long as one with a country code.
    An extension is no part of the number; neither is the zero that callers within a country dial before it (see
    trunk_zero_countries). Null for short codes and for what has not 7 to 15 digits. It gives what the library `phonenumbers`
    reads, except that systems write bare digits in international form, which the library takes for a national number.
-#}
{% macro number_key(expression) -%}
    {%- set country = var('home_country_code') -%}
    {%- set written = "translate(lower(" ~ expression ~ "), '0123456789+٠١٢٣٤٥٦٧٨٩', '0123456789+0123456789')" -%}
    {%- set without_extension -%}
    coalesce({{ regexp_group(
        written, '^(.*[0-9][)]?) *(?:;ext=|e?xt(?:ensio)?n?|durchwahl|x|#|~|,,|;)[:.]? *[0-9]{1,9}#? *$'
    ) }}, {{ written }})
    {%- endset -%}
    {%- set kept = regexp_replace_all(without_extension, '[^0-9+]', '') -%}
    {%- set digits = "replace(" ~ kept ~ ", '+', '')" -%}
    {%- set international -%}
    case
        when {{ kept }} like '+%' then {{ digits }}
        when {{ kept }} like '00%' then substring({{ digits }}, 3)
        when {{ kept }} like '0%' then concat_ws('', '{{ country }}', substring({{ digits }}, 2))
        when {{ kept }} like '{{ country }}%' and length({{ digits }}) >= 11 then {{ digits }}
        -- six digits that begin so are a Europe-wide short code
        when {{ kept }} like '116%' and length({{ digits }}) = 6 then null
        when length({{ digits }}) between 6 and 11 then concat_ws('', '{{ country }}', {{ digits }})
        else {{ digits }}
    end
    {%- endset -%}
    {%- set without_trunk_zero -%}
    concat_ws('', {{ regexp_group(international, '^(' ~ trunk_zero_countries() ~ ')0') }},
        {{ regexp_replace_all(international, '^(' ~ trunk_zero_countries() ~ ')0', '') }})
    {%- endset -%}
    case when length({{ without_trunk_zero }}) between 7 and 15 then {{ without_trunk_zero }} end
{%- endmacro %}

{#-
    Countries, by calling code, whose numbers are dialled with a leading 0 at home and never hold it behind the country code:
    +44 020… and +44 (0)20… are +44 20…. Elsewhere a zero in that place belongs to the number (Italy).
-#}
{% macro trunk_zero_countries() -%}
    {{ [
        20, 27, 31, 32, 33, 40, 41, 43, 44, 46, 49, 51, 53, 54, 55, 58, 60, 61, 62, 63, 64, 66, 81, 82, 84, 86, 90, 91, 92, 93,
        94, 95, 98, 211, 212, 213, 218, 231, 232, 233, 234, 243, 249, 250, 251, 252, 254, 255, 256, 260, 261, 262, 263, 264,
        265, 291, 353, 355, 358, 359, 370, 373, 374, 375, 377, 380, 381, 382, 383, 385, 386, 387, 389, 421, 423, 508, 590, 591,
        593, 594, 595, 596, 598, 686, 850, 855, 856, 880, 886, 961, 962, 963, 964, 966, 967, 970, 971, 972, 976, 977, 994, 995,
        996
    ] | join('|') }}
{%- endmacro %}

{#- An ICCID without its check digit, which some systems add as a twentieth digit and others leave out. -#}
{% macro iccid_key(expression) -%}
    substring(nullif({{ regexp_replace_all(expression, '[^0-9]', '') }}, ''), 1, 19)
{%- endmacro %}

{#- A customer number as digits without leading zeros: 'KW-0012345', 'kw 12345' and '12345' meet. -#}
{% macro customer_number_key(expression) -%}
    nullif({{ regexp_replace_all(regexp_replace_all(expression, '[^0-9]', ''), '^0+', '') }}, '')
{%- endmacro %}

{#-
    Key of a circuit's reference: letters and digits only, in capitals, without the zeros that lead its digits. 'NL-LL-004711', 'nl ll 4711',
    'NL/LL/4711' and 'NLLL004711' meet.
-#}
{% macro circuit_key(expression) -%}
    {%- set kept = regexp_replace_all('upper(' ~ expression ~ ')', '[^A-Z0-9]', '') -%}
    nullif(concat_ws('', {{ regexp_group(kept, '^([A-Z]+)') }}, {{ regexp_group(kept, '^[A-Z]*0*(.*)$') }}), '')
{%- endmacro %}

{#-
    Key of a piece of network plant from its written name: kind and number of each part that the name mentions, without
    leading zeros. 'SITE_0042/CELL-3', 'Site 42 Cell 3', 'site-42-cell-03' and the distinguished names
    'ManagedElement=SITE_0042,GnbDuFunction=1,NrCellDu=3' and 'ManagedElement=enb-00042,EUtranCellFDD=3' meet as 'site 42 cell 3'.
    The larger part is part of the key: cell 3 of one site is never cell 3 of another, and a name without the site meets none.
-#}
{% macro plant_key(expression) -%}
    {%- set folded = folded_text(expression) -%}
    nullif(concat_ws(
        ' '
        {%- for word, pattern in [
            ('site', '\\b(?:site|enb|enodeb|gnb|gnodeb|bts) ?0*([0-9]+)'), ('cell', 'cell ?(?:du|cu|fdd|tdd)? ?0*([0-9]+)'),
            ('node', '\\b(?:access ?node|node|olt|dslam|an) ?0*([0-9]+)'), ('port', '\\bport ?0*([0-9]+)')
        ] -%}
        ,
        '{{ word }} ' || {{ regexp_group(folded, pattern) }}
        {%- endfor %}
    ), '')
{%- endmacro %}

{#- The whole name of what an element manager measures: managers don't agree on names, so its own stands first. -#}
{% macro measured_object_key(element_manager, managed_element, measured_object) -%}
    concat_ws('', {{ element_manager }}, '/', {{ managed_element }}, ',', {{ measured_object }})
{%- endmacro %}

{#- Words of a person's whole name with a space before and after each, so that a word can be looked for: ' hans peter muller '. -#}
{% macro name_words(given_name, family_name) -%}
    {%- set folded = folded_text("concat_ws(' ', " ~ given_name ~ ", " ~ family_name ~ ")") -%}
    concat_ws('', ' ', replace(replace(replace({{ folded }}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), ' ')
{%- endmacro %}

{#- Whether a company's name says that it is a legal entity of its own, and so never the same customer as a person. -#}
{% macro is_legal_entity(company_name) -%}
    {%- set folded = folded_text(company_name) -%}
    coalesce({{ regexp_group(
        "concat_ws('', ' ', " ~ folded ~ ", ' ')",
        ' (gmbh|mbh|g m b h|m b h|gesellschaft mit beschraenkter haftung|unternehmergesellschaft|ag|a g|aktiengesellschaft|kg|k g|kgaa|ohg|o h g|ug|u g|se|ev|e v|stiftung|genossenschaft|eg) '
    ) }} is not null, false)
{%- endmacro %}
