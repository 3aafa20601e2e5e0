using Propolis.Agent.Processes;
using Propolis.Agent.Storage;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Regions;

/// <summary>
/// One region and its supervision, until it is removed: its files are made, its server runs, and is started again whenever it ends. The server runs on when the
/// agent ends, and the next agent adopts it.
/// </summary>
sealed class RegionServer
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(30);
    static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    readonly RegionStore _store;
    readonly IRegionPrograms _programs;
    readonly string _address;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly CancellationTokenSource _over = new();
    readonly Lock _lock = new();
    readonly Task _supervision;

    // Guarded by _lock.
    RegionRecord _record;
    RegionState _state = RegionState.Starting;
    string? _reason;
    bool _isRemoved;

    RegionServer(RegionStore store, IRegionPrograms programs, RegionRecord record, string address, TimeProvider time, ILogger log)
    {
        (_store, _programs, _record, _address, _time, _log) = (store, programs, record, address, time, log);
        _supervision = Task.Run(SuperviseAsync);
    }

    /// <summary>What is kept of it.</summary>
    public RegionRecord Record
    {
        get { lock (_lock) return _record; }
    }

    /// <summary>What it does.</summary>
    public RegionStatus Status
    {
        get { lock (_lock) return new RegionStatus { Region = _record.Region, State = _state, Address = _address, Reason = _reason, Request = _record.Request }; }
    }

    string Folder => _store.FolderOf(Record.Region);

    /// <summary>Begins to serve a region whose record is on disk.</summary>
    public static RegionServer Begin(RegionStore store, IRegionPrograms programs, RegionRecord record, string address, TimeProvider time, ILogger log) =>
        new(store, programs, record, address, time, log);

    /// <summary>Ends its server and waits until it is gone.</summary>
    /// <exception cref="AgentException">It does not end.</exception>
    public async Task EndAsync()
    {
        Volatile.Write(ref _isRemoved, true);
        await LeaveAsync();
    }

    /// <summary>Ends the supervision; the server runs on.</summary>
    /// <exception cref="AgentException">It does not end.</exception>
    public async Task LeaveAsync()
    {
        await _over.CancelAsync();
        try
        {
            await _supervision.WaitAsync(KillLimit, _time);
        }
        catch (TimeoutException late)
        {
            throw new AgentException($"the process of region {Record.Region} does not end", late);
        }
    }

    async Task SuperviseAsync()
    {
        var failures = 0;
        while (!_over.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            await OnceAsync();
            failures = _time.GetElapsedTime(began) < SoonAfter ? failures + 1 : 0;
            if (!_over.IsCancellationRequested)
                await Task.Delay(RegionRules.Pause(failures), _time, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One life of the server. Whatever goes wrong is told in the status and tried again.
    async Task OnceAsync()
    {
        IServerProcess? process = null;
        try
        {
            process = _programs.Find(Record, Folder);
            if (process is null)
            {
                await _programs.CreateAsync(Record, Folder, _over.Token);
                process = _programs.Start(Record, Folder);
                Keep(Record with { Process = process.Identity });
                RegionLog.Started(_log, Record.Region, process.Identity.Pid);
            }
            await AnswersAsync(process);
            await process.Ended.WaitAsync(_over.Token);
            Say(RegionState.Failed, $"{await process.Ended}: {ServerLog.LastLine(Path.Combine(Folder, RegionPrograms.LogFile))}");
        }
        catch (OperationCanceledException)
        {
            // It is being removed, or the agent ends.
        }
        catch (Exception failure) when (failure is AgentException or IOException or UnauthorizedAccessException)
        {
            Say(RegionState.Failed, failure.Message);
        }
        finally
        {
            if (process is not null && Volatile.Read(ref _isRemoved))
            {
                process.Kill();
                await process.Ended;
            }
        }
    }

    async Task AnswersAsync(IServerProcess process)
    {
        while (!process.Ended.IsCompleted && !await _programs.AnswersAsync(Record, _over.Token))
            await Task.Delay(LookInterval, _time, _over.Token);
        if (!process.Ended.IsCompleted)
            Say(RegionState.Running, null);
    }

    void Keep(RegionRecord record)
    {
        lock (_lock)
        {
            _store.Save(record);
            _record = record;
        }
    }

    void Say(RegionState state, string? reason)
    {
        lock (_lock)
            (_state, _reason) = (state, reason);
        if (reason is not null)
            RegionLog.Failed(_log, Record.Region, reason);
    }
}
