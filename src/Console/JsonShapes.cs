using System.Collections.Generic;
using System.Text.Json.Serialization;
using LowLatency.ConsoleHost.Bench;
using LowLatency.ConsoleHost.Bench.Floor;
using LowLatency.ConsoleHost.Bench.Wire;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Doctor;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Pools;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Reports;

namespace LowLatency.ConsoleHost;

/// <summary>
/// Every type that this program writes or reads as JSON, told at compile time: a native build has no reflection to find
/// out. A type that is not named here is refused when it is first used, in both kinds of build.
/// </summary>
[JsonSerializable(typeof(BenchResult))]
[JsonSerializable(typeof(CaptureShape))]
[JsonSerializable(typeof(DoctorReport.ReportShape))]
[JsonSerializable(typeof(FloorResult))]
[JsonSerializable(typeof(JournalRunInfo))]
[JsonSerializable(typeof(List<SettingRow>))]
[JsonSerializable(typeof(PoolsAuditCommand.AuditShape))]
[JsonSerializable(typeof(PoolsDiscoverCommand.DiscoveryShape))]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(TxBuildResult))]
[JsonSerializable(typeof(TxReport))]
[JsonSerializable(typeof(UiCostResult))]
[JsonSerializable(typeof(WatchList.FileShape))]
[JsonSerializable(typeof(WireResult))]
internal sealed partial class JsonShapes : JsonSerializerContext;
