using System.Net;
using System.Text.Json;
using Propolis.Agent.Processes;
using Propolis.Agent.Servers;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Agent.Vmms;

/// <summary>Drives one server process until there is nothing left for it to do: makes and starts the VM, follows its states, carries out a stop.</summary>
/// <param name="sled">What the sled's VMMs share.</param>
/// <param name="vmm">Whose process it is.</param>
/// <param name="process">The process.</param>
sealed class VmmWatch(SledParts sled, Vmm vmm, IServerProcess process)
{
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    readonly IServerApi _server = sled.ServerAt(vmm.Record.Port);

    /// <summary>Returns when the process has ended or should be ended.</summary>
    /// <param name="spec">The VM to make, when it is a new one; null for an adopted one.</param>
    /// <param name="stop">Ends when the VMM was asked to stop.</param>
    /// <param name="killed">Is cancelled when the process is to end at once.</param>
    /// <returns>Why the VMM is given up; null when all is in order.</returns>
    public async Task<string?> UntilItShouldEndAsync(InstanceSpec? spec, Task stop, CancellationToken killed)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(killed);
        var following = FollowAsync(spec, over.Token);
        var stopping = StopAsync(stop, over.Token);
        await Task.WhenAny(following, stopping, process.Ended);
        if (process.Ended.IsCompleted && !following.IsCompleted)
            await Task.WhenAny(following, Task.Delay(sled.Limits.Retry, sled.Time, CancellationToken.None));
        await over.CancelAsync();
        await Task.WhenAll(following, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return following.IsCompletedSuccessfully ? following.Result : null;
    }

    async Task<string?> FollowAsync(InstanceSpec? spec, CancellationToken over)
    {
        try
        {
            if (!await AnswersAsync(isNew: spec is not null, over))
                return $"its propolis-server did not answer within {sled.Limits.Answer.TotalSeconds} s";
            await MakeAsync(spec, over);
        }
        catch (Exception refusal) when (refusal is ServerRefusedException or AgentException or JsonException)
        {
            return refusal.Message;
        }
        return await FollowStatesAsync(over);
    }

    // Only a new VMM is given up: nobody ends a guest because its server is slow to answer.
    async Task<bool> AnswersAsync(bool isNew, CancellationToken over)
    {
        var began = sled.Time.GetTimestamp();
        // Less and less often: where the sled is emulated, asking in vain costs the server the time to start.
        for (var pause = sled.Limits.Retry; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await _server.StateAsync(over);
                return true;
            }
            catch (Exception early) when (IsNoAnswer(early))
            {
                if (isNew && sled.Time.GetElapsedTime(began) > sled.Limits.Answer)
                    return false;
                await Task.Delay(pause, sled.Time, over);
            }
        }
    }

    // An adopted server may lack its VM when the agent ended between two steps: each step is done only where it is missing.
    async Task MakeAsync(InstanceSpec? spec, CancellationToken over)
    {
        var record = vmm.Record;
        var state = await _server.StateAsync(over);
        if (state is null)
        {
            spec ??= sled.Volumes.Prepare(record.Key(), record.Request);
            if (record.Request.Source is not null)
                vmm.WaitsAt(await _server.ReceiveAsync(EnsureRules.Receive(record.Instance, record.Request, spec, sled.Labels), over));
            else
                await _server.EnsureAsync(EnsureRules.Ensure(record.Instance, record.Request, spec, sled.Labels), over);
            state = InstanceState.Creating;
        }
        // Nothing but the decision starts the guest of a target.
        if (record.Request.Source is null && state == InstanceState.Creating && !vmm.Record.StopRequested)
            await RunAsync(over);
    }

    // 503 means that the VM is still being made.
    async Task RunAsync(CancellationToken over)
    {
        while (true)
        {
            try
            {
                await _server.PutStateAsync(InstanceStateRequested.Run, over);
                return;
            }
            catch (ServerRefusedException early) when (early.Status == HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(sled.Limits.Retry, sled.Time, over);
            }
        }
    }

    async Task<string?> FollowStatesAsync(CancellationToken over)
    {
        ulong generation = 0;
        while (true)
        {
            try
            {
                var seen = await _server.MonitorAsync(generation, over);
                generation = seen.Gen + 1;
                vmm.Observe(seen.State);
                if (VmmRules.IsOver(seen.State))
                {
                    if (seen.State == InstanceState.Failed)
                        vmm.Observe(await OutcomeAsync(over));
                    await ReleasedAsync(seen, over);
                    return null;
                }
            }
            catch (ServerRefusedException gone) when (gone.Status is HttpStatusCode.Gone or HttpStatusCode.FailedDependency)
            {
                return $"its propolis-server has lost it: {gone.Message}";
            }
            catch (Exception broken) when (IsNoAnswer(broken) || broken is JsonException)
            {
                // The process's end is seen elsewhere; a server that only hangs up is asked again.
                await Task.Delay(sled.Limits.Retry, sled.Time, over);
            }
        }
    }

    // Only tells more: without it, the last line of the server's log is the reason.
    async Task<InstanceOutcome?> OutcomeAsync(CancellationToken over)
    {
        try
        {
            return await _server.OutcomeAsync(over);
        }
        catch (Exception broken) when (IsNoAnswer(broken) || broken is JsonException)
        {
            return null;
        }
    }

    static bool IsNoAnswer(Exception failure) => failure is HttpRequestException or TimeoutException or ServerRefusedException;

    // Stopped comes before Destroyed: in between, disks are flushed and released.
    async Task ReleasedAsync(InstanceStateMonitorResponse seen, CancellationToken over)
    {
        if (seen.State == InstanceState.Destroyed)
            return;
        using var limit = new CancellationTokenSource(sled.Limits.Release, sled.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, over);
        try
        {
            while (seen.State != InstanceState.Destroyed)
                seen = await _server.MonitorAsync(seen.Gen + 1, both.Token);
        }
        catch (Exception enough) when (enough is HttpRequestException or TimeoutException or OperationCanceledException or ServerRefusedException)
        {
            VmmLog.NotReleased(sled.Log, vmm.Record.Key());
        }
    }

    // The power button first, then a stop at once; returns when the process should be ended.
    async Task StopAsync(Task stop, CancellationToken over)
    {
        await stop.WaitAsync(over);
        if (await TryAsync(stopped => _server.PressPowerButtonAsync(sled.Limits.Grace, stopped), over))
            await Task.Delay(sled.Limits.Grace, sled.Time, over);
        VmmLog.StopsAtOnce(sled.Log, vmm.Record.Key());
        await TryAsync(StopAtOnceAsync, over);
        await Task.Delay(sled.Limits.HardStop, sled.Time, over);
    }

    async Task<bool> StopAtOnceAsync(CancellationToken over)
    {
        await _server.PutStateAsync(InstanceStateRequested.Stop, over);
        return true;
    }

    static async Task<bool> TryAsync(Func<CancellationToken, Task<bool>> ask, CancellationToken over)
    {
        try
        {
            return await ask(over);
        }
        catch (Exception no) when (IsNoAnswer(no))
        {
            return false;
        }
    }
}
