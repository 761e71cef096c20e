/*
 * Stands in for ICU's data, 31 MB of locales, collations and time zones, when the program is linked
 * statically: GRDB and Yams refer to Foundation's formatters, which nothing here calls. ICU's own
 * "stubdata" library is the model: a data package without contents, which ICU then finds empty.
 *
 * The name holds ICU's version. A toolchain with another one links its full data instead: the program
 * grows, and `.ci/run` says so. The symbol is hidden, so that dynamic builds go on with full data.
 */
#include <stdint.h>

struct icu_data_package {
  uint16_t header_size;
  uint8_t magic[2];
  /* UDataInfo */
  uint16_t info_size;
  uint16_t reserved_word;
  uint8_t is_big_endian;
  uint8_t charset_family;
  uint8_t size_of_uchar;
  uint8_t reserved_byte;
  uint8_t data_format[4];
  uint8_t format_version[4];
  uint8_t data_version[4];
  uint8_t padding[8];
  /* The table of contents. */
  uint32_t count;
  uint32_t reserved;
  uint32_t entries[2];
};

__attribute__((visibility("hidden"), aligned(16))) extern const struct icu_data_package icudt76_dat;

const struct icu_data_package icudt76_dat = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    .is_big_endian = 1,
#endif
    .size_of_uchar = 2,
    .data_format = {'T', 'o', 'C', 'P'},
    .format_version = {1},
};
