#include "server/environment.h"

#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "app/backups.h"
#include "app/case_retention.h"
#include "app/checkpoint_exporter.h"
#include "app/command_executor.h"
#include "app/deadline_recounter.h"
#include "app/decision_facts.h"
#include "app/disk_reserve.h"
#include "app/holds.h"
#include "app/key_file.h"
#include "app/key_numbers.h"
#include "app/key_rotator.h"
#include "app/key_shredder.h"
#include "app/key_source.h"
#include "app/notice_mover.h"
#include "app/packager.h"
#include "app/refolder.h"
#include "app/registry.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "delivery/backoff.h"
#include "delivery/grpc_push_transport.h"
#include "delivery/letter_composer.h"
#include "delivery/letter_signer.h"
#include "delivery/letter_transport.h"
#include "delivery/message_dispatcher.h"
#include "delivery/notice_dispatcher.h"
#include "delivery/notice_router.h"
#include "delivery/recipient_circuits.h"
#include "delivery/smtp_transport.h"
#include "delivery/spool_transport.h"
#include "delivery/template_previewer.h"
#include "delivery/transport_checker.h"
#include "delivery/webhook_transport.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/ids.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "dsr/delivery/push_target.h"
#include "dsr/delivery/webhook_key_ring.h"
#include "dsr/delivery/webhook_url.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/rulebook.h"
#include "rpc/authenticator.h"
#include "rpc/client_certificates.h"
#include "rpc/commit_hub.h"
#include "rpc/oidc_issuers.h"
#include "rpc/principal_file.h"
#include "rpc/rpc_context.h"
#include "rpc/rpc_service.h"
#include "rpc/services.h"
#include "scheduler/timer_scheduler.h"
#include "server/call_metrics.h"
#include "server/commit_fan_out.h"
#include "server/config.h"
#include "server/counted_transports.h"
#include "server/metrics_endpoint.h"
#include "server/process_metrics.h"
#include "server/recovery_check.h"
#include "server/reflection.h"
#include "server/state_metrics.h"
#include "server/tls_credentials.h"
#include "server/tls_files.h"
#include "server/version.h"
#include "store/sqlite/database_copy.h"
#include "store/sqlite/database_reader.h"
#include "store/sqlite/sqlite_store.h"

namespace dsr {
namespace {

// RELIABILITY.md section 4: what one peer may take. gRPC's own defaults are unlimited.
constexpr int kMostStreams = 100;
constexpr int kMostMetadataBytes = 8 << 10;
// gRPC refuses larger messages itself, without an ErrorInfo; up to here rpc says what was wrong.
constexpr int kTransportMessageBytes = 8 << 20;
constexpr int kHandshakeMillis = 10'000;
constexpr int kIdleMillis = 10 * 60 * 1000;
constexpr int kAgeMillis = 30 * 60 * 1000;
constexpr int kAgeGraceMillis = 60 * 1000;

// With --dev a notice is tried again after a quarter of a second rather than after five, and so on.
constexpr double kDevScale = 0.05;

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   message);
}

absl::Status MakeDataDir(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    return Invalid(absl::StrCat("the data directory ", path, " cannot be made or read"));
  }
  return absl::OkStatus();
}

absl::StatusOr<DefinitionFiles> LoadDefinitions(const std::string& directory) {
  std::vector<Finding> findings;
  absl::StatusOr<DefinitionFiles> files = LoadDefinitionFiles(directory, &findings);
  for (const Finding& finding : findings) {
    Log(LogLevel::kError, "definition_invalid",
        {{"file", finding.file}, {"line", finding.line}, {"finding", finding.description}});
  }
  return files;
}

// `smtp://host:port` or `smtps://host:port`; without a port 587 or 465.
absl::StatusOr<SmtpOptions> ReadSmtp(const config::v1::MessageDelivery::Smtp& smtp) {
  SmtpOptions options;
  absl::string_view rest = smtp.url();
  const bool is_smtps = absl::ConsumePrefix(&rest, "smtps://");
  if (!is_smtps && !absl::ConsumePrefix(&rest, "smtp://")) {
    return Invalid("configuration: message_delivery.smtp.url must begin with smtps:// or smtp://");
  }
  options.port = is_smtps ? 465 : 587;
  const size_t colon = rest.rfind(':');
  int port = options.port;
  if (colon != absl::string_view::npos) {
    if (!absl::SimpleAtoi(rest.substr(colon + 1), &port) || port < 1 || port > 65535) {
      return Invalid("configuration: message_delivery.smtp.url has a port that is none");
    }
    rest = rest.substr(0, colon);
  }
  options.host = std::string(rest);
  options.port = static_cast<uint16_t>(port);
  options.sender = smtp.sender();
  if (!smtp.credentials_file().empty()) {
    DSR_ASSIGN_OR_RETURN(const std::string line, ReadFile(smtp.credentials_file()));
    options.username = line.substr(0, line.find(':'));
    options.password_file = smtp.credentials_file();
  }
  return options;
}

absl::StatusOr<std::unique_ptr<MessageTransport>> MakeMessageTransport(
    const config::v1::MessageDelivery& delivery) {
  if (delivery.has_smtp()) {
    DSR_ASSIGN_OR_RETURN(SmtpOptions options, ReadSmtp(delivery.smtp()));
    DSR_ASSIGN_OR_RETURN(std::unique_ptr<SmtpTransport> smtp,
                         SmtpTransport::Create(std::move(options)));
    return smtp;
  }
  const std::string& folder = delivery.spool().directory();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Invalid("configuration: message_delivery.spool.directory cannot be made");
  return std::make_unique<SpoolTransport>(folder, "dsrd@localhost");
}

// One that cannot be read is called by its id: a letter with that is better than none.
RecipientTitles TitlesIn(Store& store) {
  return [&store](const std::string& name) {
    std::string title;
    const absl::Status read = store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const v1::Recipient recipient, view.FindRecipient(name));
      title = recipient.title();
      return absl::OkStatus();
    });
    return read.ok() ? title : std::string();
  };
}

void SetLimits(grpc::ServerBuilder& builder, const config::v1::ServerConfig& config) {
  // A second server on the same port would split the traffic; gRPC allows it by default.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kAgeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kAgeGraceMillis);
  // What comes beyond is refused or waits, rather than the process ends for want of memory.
  grpc::ResourceQuota quota("dsrd");
  quota.Resize(static_cast<size_t>(config.grpc_memory_mib()) << 20);
  quota.SetMaxThreads(config.grpc_threads());
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(std::max(config.max_message_bytes(), kTransportMessageBytes));
}

}  // namespace

// In the order of construction; the order of destruction is the reverse.
class Environment::Parts {
 public:
  explicit Parts(EnvironmentOptions options)
      : options_(std::move(options)), own_clock_(options_.time_offset) {}

  absl::Status Start() {
    DSR_RETURN_IF_ERROR(InitCrypto());
    DSR_RETURN_IF_ERROR(OpenStore());
    DSR_RETURN_IF_ERROR(OpenApp());
    DSR_RETURN_IF_ERROR(OpenDelivery());
    OpenAuditExport();
    DSR_RETURN_IF_ERROR(OpenBackups());
    recovery_check_ = std::make_unique<RecoveryCheck>(*store_);
    return Serve();
  }

  int port() const { return port_; }
  int metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }

  void Stop(absl::Duration grace) {
    if (std::exchange(stopped_, true)) return;
    // It reads from what is closed below.
    metrics_.reset();
    if (server_ != nullptr) {
      if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(false);
      hub_.Close();
      // gRPC's own monotonic time: the grace runs in real seconds, whatever --time-offset says.
      server_->Shutdown(
          gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                       gpr_time_from_millis(absl::ToInt64Milliseconds(grace), GPR_TIMESPAN)));
    }
    // First: a call may wait for a backup.
    if (backups_ != nullptr) backups_->Close();
    if (recovery_check_ != nullptr) recovery_check_->Close();
    if (rpc_ != nullptr) rpc_->Close();
    if (messages_ != nullptr) messages_->Stop();
    if (notices_ != nullptr) notices_->Stop();
    if (mover_ != nullptr) mover_->Close();
    if (recounter_ != nullptr) recounter_->Close();
    if (retention_ != nullptr) retention_->Close();
    if (packager_ != nullptr) packager_->Close();
    if (scheduler_ != nullptr) scheduler_->Stop();
    if (registry_ != nullptr) registry_->Close();
    if (holds_ != nullptr) holds_->Close();
    if (executor_ != nullptr) executor_->Close();
    // After all that writes, so that the last checkpoint covers all of it.
    if (checkpoints_ != nullptr) checkpoints_->Stop();
    if (store_ != nullptr) store_->Close();
  }

 private:
  Clock& clock() { return options_.clock != nullptr ? *options_.clock : own_clock_; }
  const config::v1::Limits& Limits() const { return options_.config.limits(); }
  std::string File(absl::string_view name) const {
    return absl::StrCat(options_.config.data_dir(), "/", name);
  }

  absl::Status OpenStore() {
    DSR_RETURN_IF_ERROR(MakeDataDir(options_.config.data_dir()));
    DSR_ASSIGN_OR_RETURN(DefinitionFiles definitions,
                         LoadDefinitions(options_.config.definitions_dir()));
    const std::string data_file = File("dsrd.db");
    DSR_ASSIGN_OR_RETURN(reserve_, DiskReserve::Open(File("dsrd.reserve"),
                                                     int64_t{options_.config.reserve_mib()} << 20));
    DSR_ASSIGN_OR_RETURN(store_, sqlite::SqliteStore::Open(
                                     {.path = data_file, .clock = &clock(), .on_disk_full = [this] {
                                        reserve_->OnDiskFull();
                                      }}));
    DSR_RETURN_IF_ERROR(OpenKeys());
    DSR_ASSIGN_OR_RETURN(const int64_t refolded, RefoldStaleRequests(*store_));
    if (refolded > 0) Log(LogLevel::kInfo, "requests_refolded", {{"requests", refolded}});
    DSR_ASSIGN_OR_RETURN(rulebooks_, RulebookCatalog::Open(*store_, std::move(definitions)));
    return absl::OkStatus();
  }

  absl::Status OpenKeys() {
    const config::v1::ServerConfig& config = options_.config;
    const KeySource next = {config.next_key_encryption_key_file(),
                            {config.next_key_encryption_key_command().begin(),
                             config.next_key_encryption_key_command().end()}};
    // A data file that knows keys and has no key file is a broken installation, not a new one; one
    // that knows none may be of a first start that did not get as far as the key.
    int64_t last_key = 0;
    DSR_RETURN_IF_ERROR(store_->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(last_key, view.LastKeyNumber());
      return absl::OkStatus();
    }));
    DSR_ASSIGN_OR_RETURN(keys_, OpenKeyFile(File("dsrd.keys"),
                                            {config.key_encryption_key_file(),
                                             {config.key_encryption_key_command().begin(),
                                              config.key_encryption_key_command().end()}},
                                            next, /*create_if_missing=*/last_key == 0));
    secrets_ = std::make_unique<ServerSecrets>(keys_->root_secret());
    DSR_ASSIGN_OR_RETURN(
        shredder_, KeyShredder::Open(File("dsrd.shreds"), *store_, *keys_, *secrets_, clock()));
    DSR_ASSIGN_OR_RETURN(key_numbers_, KeyNumbers::Open(*store_, *keys_));
    rotator_ = std::make_unique<KeyRotator>(*keys_, next);
    return absl::OkStatus();
  }

  absl::Status OpenApp() {
    ids_ = std::make_unique<IdGenerator>(clock());
    subjects_ = std::make_unique<Subjects>(*secrets_, *key_numbers_, *ids_);
    executor_ = std::make_unique<CommandExecutor>(
        CommandExecutor::Parts{.store = *store_,
                               .clock = clock(),
                               .ids = *ids_,
                               .rulebooks = *rulebooks_,
                               .facts = facts_,
                               .keys = *keys_,
                               .subjects = *subjects_,
                               .secrets = *secrets_,
                               .listener = &fan_out_,
                               .filings_per_subject_day = Limits().filings_per_subject_day()});
    const bool is_dev = options_.is_dev;
    registry_ = std::make_unique<Registry>(Registry::Parts{
        .store = *store_,
        .clock = clock(),
        .ids = *ids_,
        .facts = facts_,
        .keys = *keys_,
        .secrets = *secrets_,
        .subjects = *subjects_,
        .policy = rulebooks_->files().policy,
        .checks = {
            .url = [is_dev](absl::string_view url) { return ValidateWebhookUrl(url, is_dev); },
            .target =
                [is_dev](absl::string_view target) {
                  return ValidatePushTarget(target, is_dev);
                }}});
    holds_ = std::make_unique<Holds>(Holds::Parts{.store = *store_,
                                                  .clock = clock(),
                                                  .ids = *ids_,
                                                  .keys = *keys_,
                                                  .secrets = *secrets_,
                                                  .subjects = *subjects_,
                                                  .policy = rulebooks_->files().policy,
                                                  .executor = *executor_});
    DSR_ASSIGN_OR_RETURN(principals_, PrincipalFile::Open(options_.config.token_file()));
    DSR_ASSIGN_OR_RETURN(issuers_, OidcIssuers::Open(options_.config.oidc()));
    const config::v1::Tls& tls = options_.config.tls();
    if (!tls.client_ca_file().empty()) {
      DSR_ASSIGN_OR_RETURN(certificates_, ClientCertificates::Open({.ca_file = tls.client_ca_file(),
                                                                    .crl_file = tls.crl_file()},
                                                                   clock()));
    }
    authenticator_ =
        std::make_unique<Authenticator>(Authenticator::Parts{.clock = clock(),
                                                             .principals = *principals_,
                                                             .issuers = *issuers_,
                                                             .certificates = certificates_.get()});
    return absl::OkStatus();
  }

  absl::Status OpenDelivery() {
    DSR_ASSIGN_OR_RETURN(webhook_keys_,
                         WebhookKeyRing::Open(options_.config.webhook_secrets_file(), clock()));
    webhooks_ = std::make_unique<WebhookTransport>(
        *webhook_keys_, WebhookOptions{.allow_loopback = options_.is_dev});
    DSR_ASSIGN_OR_RETURN(mail_, MakeMessageTransport(options_.config.message_delivery()));
    DSR_RETURN_IF_ERROR(OpenLetters());
    pushes_ = std::make_unique<GrpcPushTransport>(*webhook_keys_,
                                                  PushOptions{.allow_loopback = options_.is_dev});
    router_ = std::make_unique<NoticeRouter>(NoticeRouter::Transports{
        .webhook = webhooks_.get(), .push = pushes_.get(), .letter = letters_.get()});
    reader_ = std::make_unique<RequestReader>(*keys_);
    previews_ = std::make_unique<TemplatePreviewer>(TemplatePreviewer::Parts{
        .store = *store_, .clock = clock(), .reader = *reader_, .rulebooks = *rulebooks_});
    const double scale = options_.is_dev ? kDevScale : 1;
    circuits_ = std::make_unique<RecipientCircuits>(*router_, scale);
    counted_notices_ = std::make_unique<CountedNoticeTransport>(*circuits_, delivery_counter_);
    counted_mail_ = std::make_unique<CountedMessageTransport>(*mail_, delivery_counter_);
    checker_ = std::make_unique<TransportChecker>(*circuits_, clock());
    scheduler_ = std::make_unique<TimerScheduler>(
        TimerScheduler::Parts{.store = *store_, .clock = clock(), .executor = *executor_});
    packager_ = std::make_unique<Packager>(Packager::Parts{.store = *store_,
                                                           .clock = clock(),
                                                           .rulebooks = *rulebooks_,
                                                           .keys = *keys_,
                                                           .executor = *executor_});
    notices_ = std::make_unique<NoticeDispatcher>(
        NoticeDispatcher::Parts{.store = *store_,
                                .clock = clock(),
                                .executor = *executor_,
                                .reader = *reader_,
                                .transport = *counted_notices_,
                                .schedule = BackoffSchedule::ForNotices(scale)});
    messages_ = std::make_unique<MessageDispatcher>(
        MessageDispatcher::Parts{.store = *store_,
                                 .clock = clock(),
                                 .executor = *executor_,
                                 .reader = *reader_,
                                 .rulebooks = *rulebooks_,
                                 .secrets = *secrets_,
                                 .transport = *counted_mail_,
                                 .schedule = BackoffSchedule::ForMessages(scale)});
    mover_ = std::make_unique<NoticeMover>(
        NoticeMover::Parts{.store = *store_, .clock = clock(), .executor = *executor_});
    fan_out_.Add([this](const CommitHints& hints) { scheduler_->OnCommitted(hints); });
    fan_out_.Add([this](const CommitHints& hints) { notices_->OnCommitted(hints); });
    fan_out_.Add([this](const CommitHints& hints) { messages_->OnCommitted(hints); });
    fan_out_.Add([this](const CommitHints& hints) {
      if (hints.systems.contains(std::string(kOwnSystem))) packager_->Wake();
    });
    fan_out_.Add([this](const CommitHints& hints) { hub_.OnCommitted(hints); });
    // Its commits are for the listeners, too.
    recounter_ = std::make_unique<DeadlineRecounter>(DeadlineRecounter::Parts{
        .store = *store_, .rulebooks = *rulebooks_, .executor = *executor_});
    retention_ = std::make_unique<CaseRetention>(
        CaseRetention::Parts{
            .store = *store_, .clock = clock(), .rulebooks = *rulebooks_, .shredder = *shredder_},
        clock());
    // What was committed before the listeners were there is found by each at its own start.
    return absl::OkStatus();
  }

  // Letters leave as messages do; without a certificate there are none.
  absl::Status OpenLetters() {
    if (!options_.config.has_letter_signing()) return absl::OkStatus();
    const config::v1::LetterSigning& files = options_.config.letter_signing();
    DSR_ASSIGN_OR_RETURN(letter_signer_,
                         LetterSigner::Open({.certificate_file = files.certificate_file(),
                                             .key_file = files.key_file()},
                                            clock().Now()));
    const DefinitionFiles& definitions = rulebooks_->files();
    DSR_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(definitions.policy.time_zone()));
    letters_ =
        std::make_unique<LetterTransport>(LetterTransport::Parts{.policy = definitions.policy,
                                                                 .templates = definitions.templates,
                                                                 .zone = zone,
                                                                 .signer = *letter_signer_,
                                                                 .mail = *mail_,
                                                                 .title_of = TitlesIn(*store_)});
    return absl::OkStatus();
  }

  // A directory that cannot be written is no reason not to serve: the exporter tries again.
  void OpenAuditExport() {
    if (!options_.config.has_audit_export()) return;
    const config::v1::AuditExport& audit_export = options_.config.audit_export();
    checkpoints_ = std::make_unique<CheckpointExporter>(
        CheckpointExporter::Parts{.store = *store_,
                                  .clock = clock(),
                                  .secrets = *secrets_,
                                  .directory = audit_export.directory(),
                                  .interval = absl::Minutes(audit_export.every_minutes())});
  }

  absl::Status OpenBackups() {
    if (!options_.config.has_backup()) return absl::OkStatus();
    const config::v1::BackupConfig& config = options_.config.backup();
    DSR_ASSIGN_OR_RETURN(
        backups_, Backups::Open({.clock = clock(),
                                 .secrets = *secrets_,
                                 .directory = config.directory(),
                                 .copy_path = File("dsrd.backup-copy"),
                                 .keep = config.keep(),
                                 .every = absl::Hours(config.every_hours()),
                                 .copy =
                                     [this](const std::string& to,
                                            const std::function<bool()>& is_cancelled) {
                                       return store_->CopyTo(to, {.is_cancelled = is_cancelled});
                                     },
                                 .open = sqlite::DatabaseReader::Open}));
    return absl::OkStatus();
  }

  absl::Status Serve() {
    rpc_ = std::make_unique<RpcContext>(
        RpcParts{.clock = clock(),
                 .ids = *ids_,
                 .store = *store_,
                 .executor = *executor_,
                 .registry = *registry_,
                 .holds = *holds_,
                 .rulebooks = *rulebooks_,
                 .keys = *keys_,
                 .rotator = *rotator_,
                 .secrets = *secrets_,
                 .principals = *principals_,
                 .authenticator = *authenticator_,
                 .previews = *previews_,
                 .checker = *checker_,
                 .reserve = *reserve_,
                 .hub = hub_,
                 .backups = backups_.get(),
                 .observer = &call_metrics_,
                 .drain = options_.drain,
                 .call_cap = absl::Seconds(options_.config.call_seconds()),
                 .max_message_bytes = static_cast<size_t>(options_.config.max_message_bytes()),
                 .limits = Limits(),
                 .version = std::string(kVersion),
                 .start_time = clock().Now(),
                 .is_dev = options_.is_dev});
    services_ = MakeServices(*rpc_);
    grpc::EnableDefaultHealthCheckService(true);
    if (options_.config.reflection()) DSR_RETURN_IF_ERROR(LoadReflection());
    credentials_ = grpc::InsecureServerCredentials();
    if (options_.config.has_tls()) {
      DSR_ASSIGN_OR_RETURN(tls_files_, TlsFiles::Open(options_.config.tls(), clock()));
      credentials_ =
          MakeTlsCredentials(*tls_files_, ClientCertificateRequest(options_.config.tls()));
    }
    grpc::ServerBuilder builder;
    SetLimits(builder, options_.config);
    builder.AddListeningPort(options_.config.listen(), credentials_, &port_);
    for (const auto& service : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return Invalid(absl::StrCat("cannot listen on ", options_.config.listen(),
                                  "; is another server there?"));
    }
    return ServeMetrics();
  }

  absl::Status ServeMetrics() {
    const std::string& address = options_.config.metrics_listen();
    if (address.empty()) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(
        metrics_,
        MetricsEndpoint::Open(
            address, {metric_registry_, std::make_shared<ProcessMetrics>(),
                      std::make_shared<StateMetrics>(StateMetrics::Parts{
                          .store = *store_, .clock = clock(), .keys = *keys_, .rpc = *rpc_})}));
    return absl::OkStatus();
  }

  EnvironmentOptions options_;
  SystemClock own_clock_;
  CommitFanOut fan_out_;
  CommitHub hub_;
  DecisionFacts facts_;
  const std::shared_ptr<prometheus::Registry> metric_registry_ =
      std::make_shared<prometheus::Registry>();
  CallMetrics call_metrics_{*metric_registry_};
  DeliveryCounter delivery_counter_{*metric_registry_};
  std::unique_ptr<DiskReserve> reserve_;
  std::unique_ptr<sqlite::SqliteStore> store_;
  std::unique_ptr<KeyFile> keys_;
  std::unique_ptr<ServerSecrets> secrets_;
  std::unique_ptr<KeyShredder> shredder_;
  std::unique_ptr<KeyRotator> rotator_;
  std::unique_ptr<KeyNumbers> key_numbers_;
  std::unique_ptr<RulebookCatalog> rulebooks_;
  std::unique_ptr<IdGenerator> ids_;
  std::unique_ptr<Subjects> subjects_;
  std::unique_ptr<CommandExecutor> executor_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Holds> holds_;
  std::unique_ptr<PrincipalFile> principals_;
  std::unique_ptr<OidcIssuers> issuers_;
  // Null without client_ca_file.
  std::unique_ptr<ClientCertificates> certificates_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<RequestReader> reader_;
  std::unique_ptr<TemplatePreviewer> previews_;
  std::unique_ptr<WebhookKeyRing> webhook_keys_;
  std::unique_ptr<WebhookTransport> webhooks_;
  std::unique_ptr<MessageTransport> mail_;
  // Both null without letter_signing.
  std::unique_ptr<LetterSigner> letter_signer_;
  std::unique_ptr<NoticeTransport> letters_;
  std::unique_ptr<GrpcPushTransport> pushes_;
  std::unique_ptr<NoticeRouter> router_;
  std::unique_ptr<RecipientCircuits> circuits_;
  std::unique_ptr<CountedNoticeTransport> counted_notices_;
  std::unique_ptr<CountedMessageTransport> counted_mail_;
  std::unique_ptr<TransportChecker> checker_;
  std::unique_ptr<TimerScheduler> scheduler_;
  std::unique_ptr<Packager> packager_;
  std::unique_ptr<NoticeMover> mover_;
  std::unique_ptr<DeadlineRecounter> recounter_;
  std::unique_ptr<CaseRetention> retention_;
  std::unique_ptr<NoticeDispatcher> notices_;
  std::unique_ptr<MessageDispatcher> messages_;
  // Null without audit_export.
  std::unique_ptr<CheckpointExporter> checkpoints_;
  // Null where none is configured.
  std::unique_ptr<Backups> backups_;
  std::unique_ptr<RecoveryCheck> recovery_check_;
  std::unique_ptr<RpcContext> rpc_;
  std::vector<std::unique_ptr<RpcService>> services_;
  // Null without TLS.
  std::unique_ptr<TlsFiles> tls_files_;
  // gRPC asks these at each handshake, and does not hold them.
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<MetricsEndpoint> metrics_;
  bool stopped_ = false;
};

Environment::Environment(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Environment::~Environment() { parts_->Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Environment>> Environment::Start(EnvironmentOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (absl::Status status = parts->Start(); !status.ok()) {
    parts->Stop(absl::ZeroDuration());
    return status;
  }
  return std::unique_ptr<Environment>(new Environment(std::move(parts)));
}

int Environment::port() const { return parts_->port(); }

int Environment::metrics_port() const { return parts_->metrics_port(); }

void Environment::Stop(absl::Duration grace) { parts_->Stop(grace); }

}  // namespace dsr
