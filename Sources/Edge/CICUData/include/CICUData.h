#pragma once
/* An empty data package for the ICU that Foundation brings along. See data.c. */
