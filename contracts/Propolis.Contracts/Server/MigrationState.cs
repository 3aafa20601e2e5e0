using System.Text.Json.Serialization;

namespace Propolis.Contracts.Server;

/// <summary>The phases of a migration (API 5.0.0).</summary>
[GenerateSerializer, Alias("propolis.server.MigrationState")]
[JsonConverter(typeof(JsonStringEnumConverter<MigrationState>))]
public enum MigrationState
{
    /// <summary>The sides agree.</summary>
    Sync = 0,

    /// <summary>Memory is sent while the guest runs.</summary>
    RamPush = 1,

    /// <summary>The guest pauses.</summary>
    Pause = 2,

    /// <summary>The last pages are sent.</summary>
    RamPushDirty = 3,

    /// <summary>Device state is sent.</summary>
    Device = 4,

    /// <summary>The target prepares to run.</summary>
    Resume = 5,

    /// <summary>Missing pages are fetched.</summary>
    RamPull = 6,

    /// <summary>The server's own state is sent.</summary>
    Server = 7,

    /// <summary>Done.</summary>
    Finish = 8,

    /// <summary>Given up.</summary>
    Error = 9,
}
