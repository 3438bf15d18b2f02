// The methods of AdminService that are about keys.
#ifndef DSR_RPC_KEY_METHODS_H_
#define DSR_RPC_KEY_METHODS_H_

#include "rpc/rpc_service.h"

namespace dsr {

// GetKeyStatus, RotateKeys.
void AddKeyMethods(RpcService& service);

}  // namespace dsr

#endif  // DSR_RPC_KEY_METHODS_H_
