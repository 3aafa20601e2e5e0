using System.Net;
using Propolis.Server.Rest;
using Propolis.Vmm.Migration;

namespace Propolis.Server.Migrations;

/// <summary>The newest migration of the server's VM, and the place where the other side of one connects.</summary>
sealed class MigrationDesk(ServerOptions options, TimeProvider clock) : IAsyncDisposable
{
    readonly Lock _gate = new();
    MigrationListener? _listener;
    MigrationRecord? _newest;

    /// <summary>The newest. Throws <see cref="ServerException"/> (404) when there was none.</summary>
    public MigrationRecord Newest => NewestOrNone ?? throw new ServerException(HttpStatusCode.NotFound, "This server has had no migration.");

    /// <summary>The newest, or null.</summary>
    public MigrationRecord? NewestOrNone
    {
        get { lock (_gate) return _newest; }
    }

    /// <summary>Where the other side connects; listens from the first time on.</summary>
    public MigrationListener Listener
    {
        get { lock (_gate) return _listener ??= new MigrationListener(options.MigrationListen ?? new IPEndPoint(options.Listen.Address, 0), null, clock); }
    }

    /// <summary>Makes a migration the newest one.</summary>
    public void Open(MigrationRecord record)
    {
        lock (_gate) _newest = record;
    }

    /// <summary>The newest migration if it is this one. Throws <see cref="ServerException"/> (409) when it is another.</summary>
    public MigrationRecord MustBe(Guid migration) =>
        Newest is { } newest && newest.Status.MigrationId == migration ? newest : throw new ServerException(HttpStatusCode.Conflict, $"The migration here is {Newest.Status.MigrationId}, not {migration}.");

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
    }
}
