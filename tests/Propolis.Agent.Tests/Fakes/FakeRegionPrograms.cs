using System.Collections.Concurrent;
using Propolis.Agent.Processes;
using Propolis.Agent.Regions;

namespace Propolis.Agent.Tests.Fakes;

/// <summary>Downstairs processes in memory; the test ends them and makes them fail.</summary>
sealed class FakeRegionPrograms : IRegionPrograms
{
    int _pids = 2000;

    /// <summary>All processes ever started, in order.</summary>
    public ConcurrentQueue<Served> Started { get; } = [];

    /// <summary>Regions whose files were made.</summary>
    public ConcurrentQueue<Guid> Created { get; } = [];

    /// <summary>Why files cannot be made.</summary>
    public string? Full { get; set; }

    public int ChoosePort(IReadOnlySet<int> taken) => new PortRange(5001, 5099).ChooseLast(taken, _ => true) ?? throw new AgentException("all ports are taken");

    public Task CreateAsync(RegionRecord record, string folder, CancellationToken cancellation)
    {
        if (Full is { } why)
            throw new AgentException(why);
        if (!Created.Contains(record.Region))
            Created.Enqueue(record.Region);
        return Task.CompletedTask;
    }

    /// <summary>Snapshots that were removed.</summary>
    public ConcurrentQueue<(Guid Region, Guid Snapshot)> Removed { get; } = [];

    public Task RemoveSnapshotAsync(RegionRecord record, string folder, Guid snapshot, CancellationToken cancellation)
    {
        if (Full is { } why)
            throw new AgentException(why);
        Removed.Enqueue((record.Region, snapshot));
        return Task.CompletedTask;
    }

    public IServerProcess Start(RegionRecord record, string folder)
    {
        var served = new Served(record, Interlocked.Increment(ref _pids));
        Started.Enqueue(served);
        return served;
    }

    public IServerProcess? Find(RegionRecord record, string folder) =>
        Started.LastOrDefault(one => one.Record.Region == record.Region && !one.Ended.IsCompleted && (record.Process is null || record.Process == one.Identity));

    public Task<bool> AnswersAsync(RegionRecord record, CancellationToken cancellation) =>
        Task.FromResult(Started.Any(one => one.Record.Region == record.Region && !one.Ended.IsCompleted));

    /// <summary>One process.</summary>
    public sealed class Served(RegionRecord record, int pid) : IServerProcess
    {
        readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RegionRecord Record { get; } = record;

        public bool WasKilled { get; private set; }

        public ProcessIdentity Identity { get; } = new() { Pid = pid, StartTicks = pid, BootId = "fake" };

        public Task<string> Ended => _ended.Task;

        public void Kill()
        {
            WasKilled = true;
            End("its crucible-downstairs was ended by signal 9");
        }

        public void End(string how) => _ended.TrySetResult(how);

        public ProcStat? Usage() => null;
    }
}
