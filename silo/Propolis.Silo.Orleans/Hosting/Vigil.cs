using System.Diagnostics;
using Propolis.Silo.Orleans.Clustering;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>
/// Notices that this process stood still so long that the others may have declared it dead: then no grain answers before the table of members
/// says that the silo is still one. Without it, a silo that was frozen would serve what it remembers until it next reads the table.
/// </summary>
/// <param name="members">The table.</param>
/// <param name="silo">This silo.</param>
/// <param name="host">The process.</param>
/// <param name="log">For operators.</param>
public sealed partial class Vigil(PostgresMembers members, ILocalSiloDetails silo, IHostApplicationLifetime host, ILogger<Vigil> log) : IIncomingGrainCallFilter
{
    /// <summary>How often <see cref="Tick"/> is due.</summary>
    public static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(200);

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // 0 until the first tick, which is after the silo has joined.
    long _tick;
    Task? _check;

    /// <summary>The process runs.</summary>
    /// <returns>Whether it ran all the time.</returns>
    public bool Tick()
    {
        if (IsSuspect)
            return false;
        Volatile.Write(ref _tick, Stopwatch.GetTimestamp());
        return true;
    }

    /// <summary>Finds out whether this silo is still a member, after a pause. If it is not, the process ends.</summary>
    public Task ConfirmAsync()
    {
        lock (log)
            return _check is { IsCompleted: false } ? _check : _check = CheckAsync();
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        // A timer's tick passes: Orleans would drop the timer with a tick that fails here, and versions decide what it writes.
        if (IsSuspect && context.InterfaceMethod?.DeclaringType?.IsAssignableTo(typeof(IGrainWithStringKey)) == true)
            await ConfirmAsync();
        await context.Invoke();
    }

    bool IsSuspect => Volatile.Read(ref _tick) is not 0 and var tick && Stopwatch.GetElapsedTime(tick) > LongestPause;

    async Task CheckAsync()
    {
        var row = (await members.ReadRow(silo.SiloAddress)).TryGet(silo.SiloAddress);
        if (row is ({ Status: SiloStatus.Dead }, _) or null)
        {
            Displaced();
            Environment.ExitCode = 1;
            host.StopApplication();
            throw new SiloUnavailableException("this silo stood still and was declared dead");
        }
        Volatile.Write(ref _tick, Stopwatch.GetTimestamp());
    }

    [LoggerMessage(LogLevel.Critical, "This silo stood still and was declared dead by the others; it ends")]
    partial void Displaced();
}
