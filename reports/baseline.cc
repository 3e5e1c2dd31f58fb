// SPDX-License-Identifier: MIT
#include "reports/report.h"

namespace spanproof {

std::string BaselineSentence(const Results& results) {
  const LaneResult* baseline = results.baseline();
  for (const LaneResult& lane : results.lanes) {
    if (lane.baseline && lane.environment.native()) baseline = &lane;
  }
  if (baseline == nullptr) {
    return "No baseline ran: lanes were held against the cases' expected values, not against "
           "another run.";
  }
  if (baseline->environment.native()) {
    return "The baseline is native Windows (" + baseline->environment.lane + ", " +
           baseline->environment.os + ").";
  }
  return "The baseline is Wine in-process (" + baseline->environment.lane +
         ") and not native Windows: what Wine itself gets wrong is not found here.";
}

}  // namespace spanproof
