using System.Collections.Concurrent;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Instances;

namespace Propolis.Agent.Reports;

/// <summary>
/// Tells silos what VMMs do: the newest state of each, again and again until it was received. While no silo answers, states wait; when one
/// does, each VMM's newest is told. The advice that comes back is passed on.
/// </summary>
/// <param name="grains">Reaches silos.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Numbers for operators.</param>
/// <param name="log">The log.</param>
sealed class ReportQueue(IGrains grains, TimeProvider time, AgentMetrics metrics, ILogger log)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    const int AtOnce = 16;

    readonly ConcurrentDictionary<VmmKey, VmmStatus> _waiting = [];
    readonly ConcurrentDictionary<VmmKey, byte> _telling = [];
    readonly SemaphoreSlim _slots = new(AtOnce);

    /// <summary>Whether everything said was received.</summary>
    public bool IsEmpty => _waiting.IsEmpty;

    /// <summary>Called with each VMM that is to be removed. Set once, before the first report.</summary>
    public Func<VmmKey, Task> RemoveAsync { get; set; } = _ => Task.CompletedTask;

    /// <summary>Takes a state to tell. Older news about the same VMM are dropped.</summary>
    public void Add(VmmStatus status)
    {
        var key = new VmmKey(status.Instance, status.Incarnation);
        _waiting.AddOrUpdate(key, status, (_, waiting) => waiting.Sequence > status.Sequence ? waiting : status);
        if (_telling.TryAdd(key, 0))
            _ = Task.Run(() => TellAsync(key));
    }

    async Task TellAsync(VmmKey key)
    {
        var pause = FirstPause;
        while (_waiting.TryGetValue(key, out var status))
        {
            if (await TryTellAsync(key, status))
            {
                // Only what was told is taken out: something newer may have come meanwhile.
                _waiting.TryRemove(KeyValuePair.Create(key, status));
                pause = FirstPause;
                continue;
            }
            await Task.Delay(pause, time);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        _telling.TryRemove(key, out _);
        if (_waiting.ContainsKey(key) && _telling.TryAdd(key, 0))
            await TellAsync(key);
    }

    async Task<bool> TryTellAsync(VmmKey key, VmmStatus status)
    {
        await _slots.WaitAsync();
        try
        {
            var advice = await grains.Get<IInstanceGrain>(key.Instance.Value).ReportAsync(status);
            metrics.Reported();
            if (advice == ReportAdvice.Remove && status.State != VmmState.Absent)
            {
                ReportLog.RemovesByAdvice(log, key);
                await RemoveAsync(key);
            }
            return true;
        }
        catch (Exception failure) when (failure is GrainCallException or AgentException)
        {
            metrics.SiloFailed();
            ReportLog.NotReceived(log, key, status.State, failure.Message);
            return false;
        }
        finally
        {
            _slots.Release();
        }
    }
}
