// What all classes have in common: one C handle, owned, and the context that keeps the messages.
#ifndef HEARTH_DETAIL_HANDLE_HPP
#define HEARTH_DETAIL_HANDLE_HPP
#include <hearth/context.h>
#include <utility>
#include <vector>

namespace hearth {
namespace detail {

template <class T, hearth_status (*Destroy)(T **)> class handle {
public:
  handle() noexcept = default;
  /// Takes over a C handle of the context `ctx`.
  handle(T *object, const hearth_context *ctx) noexcept : object_(object), ctx_(ctx) {}
  handle(const handle &) = delete;
  handle &operator=(const handle &) = delete;
  handle(handle &&other) noexcept : object_(std::exchange(other.object_, nullptr)), ctx_(std::exchange(other.ctx_, nullptr)) {}
  handle &operator=(handle &&other) noexcept {
    if (this != &other) {
      destroy();
      object_ = std::exchange(other.object_, nullptr);
      ctx_ = std::exchange(other.ctx_, nullptr);
    }
    return *this;
  }
  ~handle() { destroy(); }

  /// Destroys the object now; nothing happens if there is none. Never throws: what C has to say (a leak) is the result.
  hearth_status destroy() noexcept {
    const hearth_status status = object_ != nullptr ? Destroy(&object_) : HEARTH_OK;
    if (object_ == nullptr) ctx_ = nullptr;
    return status;
  }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  /// The C handle, lent; NULL for an empty object, which every C function refuses.
  T *get() const noexcept { return object_; }
  /// The C handle of the object's context, lent.
  const hearth_context *context_handle() const noexcept { return ctx_; }

private:
  T *object_ = nullptr;
  const hearth_context *ctx_ = nullptr; /* alive as long as the object is */
};

/// The C handles of several objects; NULL for a null pointer.
template <class T, class Object> std::vector<T *> handles_of(const std::vector<Object *> &objects) {
  std::vector<T *> handles;
  handles.reserve(objects.size());
  for (Object *object : objects) handles.push_back(object != nullptr ? object->get() : nullptr);
  return handles;
}

template <class Object> const hearth_context *context_of(const std::vector<Object *> &objects) noexcept {
  return objects.empty() || objects.front() == nullptr ? nullptr : objects.front()->context_handle();
}

} // namespace detail
} // namespace hearth
#endif
