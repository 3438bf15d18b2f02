// Tells whether a type is one of several.
#ifndef DSR_BASE_IS_ONE_OF_H_
#define DSR_BASE_IS_ONE_OF_H_

#include <type_traits>

namespace dsr {

template <class T, class... Ts>
inline constexpr bool kIsOneOf = (std::is_same_v<T, Ts> || ...);

}  // namespace dsr

#endif  // DSR_BASE_IS_ONE_OF_H_
