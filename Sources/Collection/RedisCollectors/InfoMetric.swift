import MetricModel

/// The metric of a plain field of `INFO`: the module's table of names.
struct InfoMetric: Sendable {
  let field: String
  let name: String
  let type: MetricType
  let help: String
  var factor = 1.0

  /// A gauge; the metric is named like the field by default.
  static func gauge(
    _ field: String, _ name: String? = nil, _ help: String, factor: Double = 1
  ) -> InfoMetric {
    InfoMetric(
      field: field, name: "redis_" + (name ?? field), type: .gauge, help: help, factor: factor)
  }

  /// A counter; the metric is named like the field by default.
  static func counter(
    _ field: String, _ name: String? = nil, _ help: String, factor: Double = 1
  ) -> InfoMetric {
    InfoMetric(
      field: field, name: "redis_" + (name ?? field), type: .counter, help: help, factor: factor)
  }

  /// The table by field.
  static let byField = Dictionary(
    (server + clients + memory + persistence + stats + replication + processor).map {
      ($0.field, $0)
    }, uniquingKeysWith: { first, _ in first })
}

extension InfoMetric {
  static let server: [InfoMetric] = [
    .gauge("uptime_in_seconds", nil, "Seconds since the server was started."),
    .gauge("process_id", nil, "Process id of the server."),
    .gauge("hz", nil, "Runs per second of the server's background work."),
    .gauge("configured_hz", nil, "Configured runs per second of the background work."),
    .gauge("io_threads_active", nil, "Whether threads are used for input and output."),
    .gauge("server_threads", "server_threads_total", "Threads of the server."),
    .gauge("cluster_enabled", nil, "Whether the server is part of a cluster."),
  ]

  static let clients: [InfoMetric] = [
    .gauge("connected_clients", nil, "Connected clients, replicas not counted."),
    .gauge("cluster_connections", nil, "Approximate number of sockets of the cluster bus."),
    .gauge("maxclients", "max_clients", "Clients that may connect."),
    .gauge("client_longest_output_list", nil, "Longest output list of the clients."),
    .gauge("client_biggest_input_buf", nil, "Biggest input buffer of the clients."),
    .gauge(
      "client_recent_max_input_buffer", "client_recent_max_input_buffer_bytes",
      "Biggest input buffer of the clients."),
    .gauge(
      "client_recent_max_output_buffer", "client_recent_max_output_buffer_bytes",
      "Biggest output buffer of the clients."),
    .gauge("blocked_clients", nil, "Clients that wait in a blocking command."),
    .gauge("tracking_clients", nil, "Clients that are told of changed keys."),
    .gauge("pubsub_clients", nil, "Clients in pub/sub mode."),
    .gauge("watching_clients", nil, "Clients that watch keys."),
    .gauge("clients_in_timeout_table", nil, "Clients in the timeout table."),
    .gauge("total_watched_keys", nil, "Watched keys."),
    .gauge("total_blocking_keys", nil, "Keys that clients wait for."),
    .gauge("total_blocking_keys_on_nokey", nil, "Missing keys that clients wait for."),
    .gauge("current_client_thread", nil, "Thread of the current client."),
  ]

  static let memory: [InfoMetric] = [
    .gauge("used_memory", "memory_used_bytes", "Bytes allocated."),
    .gauge("used_memory_rss", "memory_used_rss_bytes", "Bytes resident."),
    .gauge("used_memory_peak", "memory_used_peak_bytes", "Most bytes ever allocated."),
    .gauge("used_memory_overhead", "memory_used_overhead_bytes", "Bytes of the server's own data."),
    .gauge("used_memory_startup", "memory_used_startup_bytes", "Bytes allocated at the start."),
    .gauge("used_memory_dataset", "memory_used_dataset_bytes", "Bytes of the data set."),
    .gauge("used_memory_lua", "memory_used_lua_bytes", "Bytes of the Lua engine."),
    .gauge("used_memory_vm_eval", "memory_used_vm_eval_bytes", "Bytes of the engine of scripts."),
    .gauge("used_memory_scripts_eval", "memory_used_scripts_eval_bytes", "Bytes of scripts."),
    .gauge(
      "used_memory_vm_functions", "memory_used_vm_functions_bytes",
      "Bytes of the engine of functions."),
    .gauge("used_memory_vm_total", "memory_used_vm_total", "Bytes of both engines."),
    .gauge("used_memory_functions", "memory_used_functions_bytes", "Bytes of functions."),
    .gauge("used_memory_scripts", "memory_used_scripts_bytes", "Bytes of scripts and functions."),
    .gauge("number_of_cached_scripts", nil, "Cached scripts."),
    .gauge("number_of_functions", nil, "Functions."),
    .gauge("number_of_libraries", nil, "Libraries of functions."),
    .gauge("total_system_memory", "total_system_memory_bytes", "Bytes of memory of the machine."),
    .gauge("maxmemory", "memory_max_bytes", "Bytes that the server may allocate, 0 for no limit."),
    .gauge("maxmemory_reservation", "memory_max_reservation_bytes", "Bytes reserved."),
    .gauge(
      "maxmemory_desired_reservation", "memory_max_reservation_desired_bytes",
      "Bytes to be reserved."),
    .gauge(
      "maxfragmentationmemory_reservation", "memory_max_fragmentation_reservation_bytes",
      "Bytes reserved for fragmentation."),
    .gauge(
      "maxfragmentationmemory_desired_reservation",
      "memory_max_fragmentation_reservation_desired_bytes",
      "Bytes to be reserved for fragmentation."),
    .gauge(
      "allocator_allocated", "allocator_allocated_bytes", "Bytes allocated from the allocator."),
    .gauge("allocator_active", "allocator_active_bytes", "Bytes in the allocator's active pages."),
    .gauge("allocator_resident", "allocator_resident_bytes", "Bytes resident for the allocator."),
    .gauge("allocator_muzzy", "allocator_muzzy_bytes", "Bytes in the allocator's muzzy pages."),
    .gauge("allocator_frag_ratio", nil, "Active by allocated bytes."),
    .gauge("allocator_frag_bytes", nil, "Active less allocated bytes."),
    .gauge("allocator_rss_ratio", nil, "Resident by active bytes."),
    .gauge("allocator_rss_bytes", nil, "Resident less active bytes."),
    .gauge("mem_fragmentation_ratio", nil, "Resident by used bytes."),
    .gauge("mem_fragmentation_bytes", nil, "Resident less used bytes."),
    .gauge(
      "mem_not_counted_for_evict", "mem_not_counted_for_eviction_bytes",
      "Bytes that do not count for eviction."),
    .gauge("mem_clients_slaves", nil, "Bytes of the buffers of replicas."),
    .gauge("mem_clients_normal", nil, "Bytes of the buffers of clients."),
    .gauge("mem_cluster_links", "mem_cluster_links_bytes", "Bytes of the cluster's links."),
    .gauge("mem_aof_buffer", "mem_aof_buffer_bytes", "Bytes of the AOF buffer."),
    .gauge("mem_replication_backlog", "mem_replication_backlog_bytes", "Bytes of the backlog."),
    .gauge(
      "mem_total_replication_buffers", "mem_total_replication_buffers_bytes",
      "Bytes of all replication buffers."),
    .gauge(
      "mem_overhead_db_hashtable_rehashing", "mem_overhead_db_hashtable_rehashing_bytes",
      "Bytes of tables that are being rehashed."),
    .gauge("active_defrag_running", nil, "Share of processor time that defragmentation may take."),
    .gauge("lazyfree_pending_objects", nil, "Objects waiting to be freed."),
    .gauge("lazyfreed_objects", nil, "Objects freed in the background."),
  ]

  static let persistence: [InfoMetric] = [
    .gauge("loading", "loading_dump_file", "Whether the server is loading its data."),
    .gauge("async_loading", nil, "Whether the server loads while it serves old data."),
    .gauge("rdb_changes_since_last_save", nil, "Changes since the last dump."),
    .gauge("rdb_bgsave_in_progress", nil, "Whether a dump is under way."),
    .gauge("rdb_last_save_time", "rdb_last_save_timestamp_seconds", "Unix time of the last dump."),
    .gauge("rdb_last_bgsave_status", nil, "Whether the last dump succeeded."),
    .gauge(
      "rdb_last_bgsave_time_sec", "rdb_last_bgsave_duration_sec", "Seconds of the last dump."),
    .gauge(
      "rdb_current_bgsave_time_sec", "rdb_current_bgsave_duration_sec",
      "Seconds of the dump under way, -1 for none."),
    .gauge("rdb_saves", "rdb_saves_total", "Dumps since the start."),
    .gauge("rdb_last_cow_size", "rdb_last_cow_size_bytes", "Bytes copied by the last dump."),
    .gauge(
      "rdb_last_load_keys_expired", "rdb_last_load_expired_keys", "Keys expired in the last load."),
    .gauge(
      "rdb_last_load_keys_loaded", "rdb_last_load_loaded_keys", "Keys loaded in the last load."),
    .gauge("aof_enabled", nil, "Whether the append-only file is on."),
    .gauge("aof_rewrite_in_progress", nil, "Whether a rewrite is under way."),
    .gauge("aof_rewrite_scheduled", nil, "Whether a rewrite will follow the dump."),
    .gauge(
      "aof_last_rewrite_time_sec", "aof_last_rewrite_duration_sec", "Seconds of the last rewrite."),
    .gauge(
      "aof_current_rewrite_time_sec", "aof_current_rewrite_duration_sec",
      "Seconds of the rewrite under way, -1 for none."),
    .gauge("aof_last_cow_size", "aof_last_cow_size_bytes", "Bytes copied by the last rewrite."),
    .gauge("aof_current_size", "aof_current_size_bytes", "Bytes of the file."),
    .gauge("aof_base_size", "aof_base_size_bytes", "Bytes of the file after the last rewrite."),
    .gauge("aof_pending_rewrite", nil, "Whether a rewrite is pending."),
    .gauge("aof_buffer_length", nil, "Bytes of the AOF buffer."),
    .gauge("aof_rewrite_buffer_length", nil, "Bytes of the rewrite buffer."),
    .gauge("aof_pending_bio_fsync", nil, "Syncs waiting in the background."),
    .gauge("aof_delayed_fsync", nil, "Syncs that came late."),
    .gauge("aof_last_bgrewrite_status", nil, "Whether the last rewrite succeeded."),
    .gauge("aof_last_write_status", nil, "Whether the last write succeeded."),
    .gauge("module_fork_in_progress", nil, "Whether a module has forked."),
    .gauge("module_fork_last_cow_size", nil, "Bytes copied by the last fork of a module."),
  ]

  static let stats: [InfoMetric] = [
    .counter("total_connections_received", "connections_received_total", "Connections accepted."),
    .counter("total_commands_processed", "commands_processed_total", "Commands processed."),
    .counter("rejected_connections", "rejected_connections_total", "Connections refused."),
    .counter("total_net_input_bytes", "net_input_bytes_total", "Bytes received."),
    .counter("total_net_output_bytes", "net_output_bytes_total", "Bytes sent."),
    .counter(
      "total_net_repl_input_bytes", "net_repl_input_bytes_total", "Bytes received to replicate."),
    .counter(
      "total_net_repl_output_bytes", "net_repl_output_bytes_total", "Bytes sent to replicas."),
    .counter("expired_subkeys", "expired_subkeys_total", "Fields of hashes expired."),
    .counter("expired_keys", "expired_keys_total", "Keys expired."),
    .gauge(
      "expired_stale_perc", "expired_stale_percentage", "Share of keys expired and still there."),
    .counter(
      "expired_time_cap_reached_count", "expired_time_cap_reached_total",
      "Expire cycles that ran out of time."),
    .counter(
      "expire_cycle_cpu_milliseconds", "expire_cycle_cpu_time_ms_total",
      "Milliseconds spent on expiry."),
    .counter("evicted_keys", "evicted_keys_total", "Keys evicted for memory."),
    .counter("evicted_clients", "evicted_clients_total", "Clients evicted for memory."),
    .counter("evicted_scripts", "evicted_scripts_total", "Scripts evicted."),
    .counter(
      "total_eviction_exceeded_time", "eviction_exceeded_time_ms_total",
      "Milliseconds above the limit of memory."),
    .gauge(
      "current_eviction_exceeded_time", "current_eviction_exceeded_time_ms",
      "Milliseconds since the limit of memory was exceeded, 0 if it is not."),
    .counter("keyspace_hits", "keyspace_hits_total", "Keys looked up and found."),
    .counter("keyspace_misses", "keyspace_misses_total", "Keys looked up and missed."),
    .gauge("pubsub_channels", nil, "Channels with subscribers."),
    .gauge("pubsub_patterns", nil, "Patterns with subscribers."),
    .gauge("pubsubshard_channels", nil, "Shard channels with subscribers."),
    .gauge("latest_fork_usec", "latest_fork_seconds", "Seconds of the last fork.", factor: 1e-6),
    .gauge("migrate_cached_sockets", "migrate_cached_sockets_total", "Sockets open to migrate."),
    .gauge("slave_expires_tracked_keys", nil, "Keys whose expiry a writable replica tracks."),
    .gauge("active_defrag_hits", "defrag_hits", "Values moved by defragmentation."),
    .gauge("active_defrag_misses", "defrag_misses", "Values left by defragmentation."),
    .gauge("active_defrag_key_hits", "defrag_key_hits", "Keys defragmented."),
    .gauge("active_defrag_key_misses", "defrag_key_misses", "Keys left by defragmentation."),
    .gauge("tracking_total_keys", nil, "Keys tracked for clients."),
    .gauge("tracking_total_items", nil, "Items tracked for clients."),
    .gauge("tracking_total_prefixes", nil, "Prefixes tracked for clients."),
    .counter("unexpected_error_replies", nil, "Error replies to a primary or the AOF loader."),
    .counter("total_error_replies", nil, "Error replies."),
    .counter("dump_payload_sanitizations", nil, "Deep checks of dump payloads."),
    .counter("total_reads_processed", nil, "Read events processed."),
    .counter("total_writes_processed", nil, "Write events processed."),
    .counter("io_threaded_reads_processed", nil, "Read events processed by threads."),
    .counter("io_threaded_writes_processed", nil, "Write events processed by threads."),
    .counter("reply_buffer_shrinks", "reply_buffer_shrinks_total", "Reply buffers made smaller."),
    .counter("reply_buffer_expands", "reply_buffer_expands_total", "Reply buffers made larger."),
    .counter("eventloop_cycles", "eventloop_cycles_total", "Turns of the event loop."),
    .counter(
      "eventloop_duration_sum", "eventloop_duration_sum_usec_total",
      "Microseconds in the event loop."),
    .counter(
      "eventloop_duration_cmd_sum", "eventloop_duration_cmd_sum_usec_total",
      "Microseconds in commands."),
    .gauge(
      "instantaneous_eventloop_cycles_per_sec", nil, "Turns of the event loop per second."),
    .gauge(
      "instantaneous_eventloop_duration_usec", nil, "Microseconds of a turn of the event loop."),
    .counter("acl_access_denied_auth", "acl_access_denied_auth_total", "Logins denied."),
    .counter("acl_access_denied_cmd", "acl_access_denied_cmd_total", "Commands denied."),
    .counter("acl_access_denied_key", "acl_access_denied_key_total", "Keys denied."),
    .counter("acl_access_denied_channel", "acl_access_denied_channel_total", "Channels denied."),
    .counter(
      "client_query_buffer_limit_disconnections", "client_query_buffer_limit_disconnections_total",
      "Clients disconnected for large queries."),
    .counter(
      "client_output_buffer_limit_disconnections",
      "client_output_buffer_limit_disconnections_total",
      "Clients disconnected for large output."),
    .counter("cached_keys", "cached_keys_total", "Keys cached."),
    .gauge("long_lock_waits", "long_lock_waits_total", "Long waits for a lock."),
    .counter("storage_provider_read_hits", nil, "Reads found in the storage provider."),
    .counter("storage_provider_read_misses", nil, "Reads missed in the storage provider."),
  ]

  static let replication: [InfoMetric] = [
    .gauge("connected_slaves", nil, "Connected replicas."),
    .gauge("master_repl_offset", nil, "Replication offset of the primary."),
    .gauge("second_repl_offset", nil, "Offset up to which the second id is accepted."),
    .gauge("repl_backlog_active", "repl_backlog_is_active", "Whether there is a backlog."),
    .gauge("repl_backlog_size", "replication_backlog_bytes", "Bytes that the backlog may have."),
    .gauge(
      "repl_backlog_first_byte_offset", nil, "Offset of the first byte of the backlog."),
    .gauge("repl_backlog_histlen", "repl_backlog_history_bytes", "Bytes in the backlog."),
    .gauge("slave_priority", nil, "Priority of this replica for a failover."),
    .gauge("sync_full", "replica_resyncs_full", "Full synchronisations of replicas."),
    .gauge(
      "sync_partial_ok", "replica_partial_resync_accepted", "Partial synchronisations granted."),
    .gauge(
      "sync_partial_err", "replica_partial_resync_denied", "Partial synchronisations denied."),
  ]

  static let processor: [InfoMetric] = [
    .counter("used_cpu_sys", "cpu_sys_seconds_total", "System seconds of the server."),
    .counter("used_cpu_user", "cpu_user_seconds_total", "User seconds of the server."),
    .counter(
      "used_cpu_sys_children", "cpu_sys_children_seconds_total", "System seconds of children."),
    .counter(
      "used_cpu_user_children", "cpu_user_children_seconds_total", "User seconds of children."),
    .counter(
      "used_cpu_sys_main_thread", "cpu_sys_main_thread_seconds_total",
      "System seconds of the main thread."),
    .counter(
      "used_cpu_user_main_thread", "cpu_user_main_thread_seconds_total",
      "User seconds of the main thread."),
    .counter(
      "used_active_time_main_thread", "active_time_main_thread_seconds_total",
      "Seconds that the main thread was active."),
  ]
}
