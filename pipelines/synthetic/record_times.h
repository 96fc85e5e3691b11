/// When rows happened, as the files say it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/portable_random.h"
#include "pipelines/synthetic/text_buffer.h"

namespace signet::pipelines::synthetic {

/// Seconds since 1970 of a fractional day since 1970. Shops are open 8 to 21: the fraction becomes
/// a moment of the opening hours, in order.
int64_t Seconds(double day);

/// Which of the kPeriods files a day belongs to; days outside the span to the first or last.
size_t PeriodOf(const Span& span, double day);

/// Something in place of a time that no reader takes for one.
void WriteMalformedTime(int64_t seconds, Random& random, TextBuffer& out);

}  // namespace signet::pipelines::synthetic
