using System.Net;
using Propolis.Server.Machines;

namespace Propolis.Server;

/// <summary>What the command line asks for.</summary>
sealed record ServerOptions
{
    /// <summary>Where the REST interface listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What VMs start with.</summary>
    public required ServerBoot Boot { get; init; }

    /// <summary>The firmware version that SMBIOS tells guests; the engine's own when null.</summary>
    public string? BootromVersion { get; init; }

    /// <summary>Least level of what is logged.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>One JSON object a line instead of text.</summary>
    public bool JsonLogs { get; init; }
}
