// How dsrd itself records that it gave data to another handler (PIPL 45(3)).
#ifndef DSR_APP_TRANSFER_DISCLOSURE_H_
#define DSR_APP_TRANSFER_DISCLOSURE_H_

namespace dsr {

// What such a disclosure says. Kept as it is in every language; MessageWords has it in the
// reader's.
inline constexpr char kTransferPurpose[] = "transfer at the subject's request";
inline constexpr char kTransferMethod[] = "package";
inline constexpr char kTransferBasis[] = "PIPL 45(3)";

}  // namespace dsr

#endif  // DSR_APP_TRANSFER_DISCLOSURE_H_
