// What a status other than HEARTH_OK becomes.
#ifndef HEARTH_DETAIL_ERROR_HPP
#define HEARTH_DETAIL_ERROR_HPP
#include <hearth/context.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace hearth {

/// A failed call. After a collective call every rank throws it, with the same status, rank and message.
class error : public std::runtime_error {
public:
  error(hearth_status status, int rank, const std::string &message) : std::runtime_error(message), status_(status), rank_(rank) {}
  hearth_status status() const noexcept { return status_; }
  /// The rank that met the failure.
  int rank() const noexcept { return rank_; }

private:
  hearth_status status_;
  int rank_;
};

namespace detail {

/// The error that belongs to `status`: the context's last one, or the thread's where there was no context to record it.
inline error make_error(hearth_status status, const hearth_context *ctx, const char *where) {
  char message[4096] = "";
  for (const hearth_context *place : {ctx, static_cast<const hearth_context *>(nullptr)}) {
    int32_t recorded = HEARTH_OK, rank = 0;
    hearth_last_error(place, &recorded, &rank, message, sizeof message);
    if (recorded == status && message[0] != '\0') return error(status, rank, std::string(where) + ": " + message);
  }
  return error(status, 0, std::string(where) + ": " + hearth_status_string(status));
}

inline void check(hearth_status status, const hearth_context *ctx, const char *where) {
  if (status != HEARTH_OK) throw make_error(status, ctx, where);
}

/// Calls `fill(buffer, capacity)` with a growing buffer until the text fits.
template <class Fill> std::string text(hearth_status &status, Fill fill) {
  for (std::vector<char> buffer(1024);; buffer.resize(16 * buffer.size())) {
    buffer.assign(buffer.size(), '\0');
    status = fill(buffer.data(), static_cast<int64_t>(buffer.size()));
    const std::string found(buffer.data());
    if (found.size() + 1 < buffer.size()) return found;
  }
}

} // namespace detail
} // namespace hearth
#endif
