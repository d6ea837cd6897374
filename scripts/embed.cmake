# cmake -DOUT=text.c "-DFILES=a.yaml;b.yaml" -P embed.cmake: the files as arrays in C
set(arrays "")
set(list "")
foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    string(MAKE_C_IDENTIFIER ${name} symbol)
    file(READ ${path} hex HEX)
    string(LENGTH "${hex}" digits)
    math(EXPR len "${digits} / 2")
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char ${symbol}[] = {\n${bytes}};\n\n")
    string(APPEND list "    {\"${name}\", ${symbol}, ${len}},\n")
endforeach()
file(WRITE ${OUT} "/* Made by scripts/embed.cmake. */
#include \"models/catalogue_text.h\"

${arrays}const struct catalogue_text catalogue_texts[] = {
${list}    {NULL, NULL, 0},
};
")
