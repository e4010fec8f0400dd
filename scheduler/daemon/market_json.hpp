// Offers, quotes, jobs and trails as callers see them (docs/openrpc.json). Pure.
#pragma once
#include <boost/json/object.hpp>

#include "scheduler/daemon/job_book.hpp"
#include "scheduler/daemon/kept_receipts.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/market/offer_book.hpp"

namespace quern::daemon {

boost::json::object offer_json(const model::Offer& offer, bool own);
// The offers tell the price per hour.
boost::json::object quote_json(const dispatch::QuoteRow& row, const market::OfferBook& offers);
// The offers tell the devices' names.
boost::json::object job_json(const SubmittedJob& job, const market::OfferBook& offers);
// The file, and what it states. Of one that is "removed" or "missing" (its stage) the file is empty; of the former
// there are the receipt's records and the time.
boost::json::object trail_json(const JobTrail& entry, const TrailFound& found);

}  // namespace quern::daemon
