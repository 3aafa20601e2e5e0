using System.Net;
using Propolis.Server.Machines;
using Propolis.Telemetry;

namespace Propolis.Server;

/// <summary>What the command line asks for.</summary>
sealed record ServerOptions
{
    /// <summary>Where the REST interface listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where the other side of a migration connects; a free port of <see cref="Listen"/>'s address when null.</summary>
    public IPEndPoint? MigrationListen { get; init; }

    /// <summary>What VMs start with.</summary>
    public required ServerBoot Boot { get; init; }

    /// <summary>Devices of a configuration file.</summary>
    public ConfiguredDevices Devices { get; init; } = ConfiguredDevices.None;

    /// <summary>The firmware version that SMBIOS tells guests; the engine's own when null.</summary>
    public string? BootromVersion { get; init; }

    /// <summary>Whom to ask whether the generations of Crucible disks are the newest; nobody when null.</summary>
    public Uri? Leases { get; init; }

    /// <summary>Least level of what is logged.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>How log lines look; the environment's choice when null.</summary>
    public LogFormat? Logs { get; init; }
}
