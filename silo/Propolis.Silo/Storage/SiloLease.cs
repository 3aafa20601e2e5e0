using System.Diagnostics;
using System.Globalization;
using Dapper;

namespace Propolis.Silo.Storage;

/// <summary>
/// One row that one silo holds: it beats while it lives. A holder on this machine whose process is gone is replaced at once; any other one when it
/// has not beaten for the time of the lease. Every write of the database checks the epoch, so that a silo that slept cannot write.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock; only durations count, so that silos' clocks need not agree.</param>
public sealed class SiloLease(IDatabase database, TimeProvider time)
{
    /// <summary>A holder that did not beat so long is gone.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    // A process's start is reckoned from the time since boot: two readers may differ by a little.
    const long StartBlurMs = 2000;

    long _epoch;

    /// <summary>Takes the lease, or finds that another silo lives.</summary>
    /// <param name="holder">Who takes it (<see cref="ThisProcess"/>).</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreException">Another silo holds it.</exception>
    public async Task AcquireAsync(string holder, CancellationToken cancel = default)
    {
        var seen = await ReadAsync();
        var until = time.GetUtcNow() + Length;
        while (seen is { Holder: not "" } && !IsDead(seen.Holder) && time.GetUtcNow() < until)
        {
            await Task.Delay(LookEvery, time, cancel);
            var now = await ReadAsync();
            if (now is { Holder: not "" } && now.Beat != seen.Beat)
                throw new StoreException($"another silo ({now.Holder}) uses this database; only one can");
            seen = now;
        }
        await TakeAsync(holder, seen);
    }

    /// <summary>Says that this silo lives.</summary>
    /// <exception cref="LeaseLostException">Another silo took the lease.</exception>
    public async Task BeatAsync()
    {
        var rows = await database.WriteAsync(connection => connection.ExecuteAsync("update lease set beat = beat + 1 where id = 1 and epoch = @epoch", new { epoch = _epoch }));
        if (rows != 1)
            throw new LeaseLostException();
    }

    /// <summary>Gives the lease back.</summary>
    public Task ReleaseAsync() =>
        database.WriteAsync(connection => connection.ExecuteAsync("update lease set holder = '' where id = 1 and epoch = @epoch", new { epoch = _epoch }));

    /// <summary>This process, in words that tell whether it still runs: machine, its start, process id, the process's start.</summary>
    public static string ThisProcess()
    {
        using var process = Process.GetCurrentProcess();
        return $"{Machine()} {process.Id} {Started(process)}";
    }

    static bool IsDead(string holder)
    {
        var parts = holder.Split(' ');
        if (parts.Length != 3 || parts[0] != Machine() || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id))
            return false;
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited || !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var started) || Math.Abs(Started(process) - started) > StartBlurMs;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    static string Machine()
    {
        const string bootId = "/proc/sys/kernel/random/boot_id";
        return File.Exists(bootId) ? $"{Environment.MachineName}/{File.ReadAllText(bootId).Trim()}" : Environment.MachineName;
    }

    static long Started(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds();

    Task<Row?> ReadAsync() => database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<Row>("select epoch, beat, holder from lease where id = 1"));

    async Task TakeAsync(string holder, Row? seen)
    {
        _epoch = (seen?.Epoch ?? 0) + 1;
        var rows = await database.WriteAsync(connection => connection.ExecuteAsync(
            seen is null
                ? "insert into lease (id, epoch, beat, holder) values (1, @epoch, 0, @holder) on conflict (id) do nothing"
                : "update lease set epoch = @epoch, beat = 0, holder = @holder where id = 1 and epoch = @seen and beat = @beat",
            new { epoch = _epoch, holder, seen = seen?.Epoch, beat = seen?.Beat }));
        if (rows != 1)
            throw new StoreException("another silo took this database at the same moment; only one can use it");
        database.Epoch = _epoch;
    }

    sealed record Row(long Epoch, long Beat, string Holder);
}
