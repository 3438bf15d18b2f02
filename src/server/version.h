// The version of dsrd.
#ifndef DSR_SERVER_VERSION_H_
#define DSR_SERVER_VERSION_H_

namespace dsr {

// Set by the build from the project's version.
inline constexpr char kVersion[] = DSR_VERSION;

}  // namespace dsr

#endif  // DSR_SERVER_VERSION_H_
