using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Vmm.Block;

namespace Propolis.Disks;

/// <summary>
/// A Crucible volume as a disk of a machine. Requests run side by side and end in any order, writes usually while they are submitted. When another session takes the
/// volume over, everything fails at once and the machine is told. Discards are accepted and forgotten, as in the original.
/// </summary>
public sealed class CrucibleBackend : IReplicatedBackend, IBlockCounters
{
    readonly CrucibleDiskOptions _options;
    readonly IVolume _volume;
    readonly IReadOnlyList<RegionSet> _sets;
    readonly BlockTransfer _transfer;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _gate = new();
    readonly List<ControlServer> _controls = [];
    VolumeConstructionRequest _request;
    Task _scrub = Task.CompletedTask;
    bool _active;
    int _fenced;

    CrucibleBackend(VolumeConstructionRequest request, IVolume volume, CrucibleDiskOptions options)
    {
        (_request, _volume, _options) = (request, volume, options);
        _sets = [.. VolumeParts.RegionSets(volume)];
        _transfer = new BlockTransfer(volume);
        Counters = new BlockCounters(options.Clock);
        var readOnly = options.ReadOnly || _sets.Count > 0 && _sets.All(set => set.Status.ReadOnly);
        Geometry = new BlockGeometry
        {
            BlockSize = (uint)volume.BlockSize,
            BlockCount = volume.BlockCount,
            ReadOnly = readOnly,
            HasWriteCache = !readOnly && !options.SkipFlush,
        };
        foreach (var set in _sets)
            set.Displaced += TellFenced;
    }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <inheritdoc/>
    public BlockCounters Counters { get; }

    /// <summary>The request as it is now, after replacements.</summary>
    public VolumeConstructionRequest Request
    {
        get { lock (_gate) return _request; }
    }

    /// <summary>The volume, to show its parts.</summary>
    public IVolume Volume => _volume;

    /// <summary>Whether another session has taken the volume over.</summary>
    public bool IsFenced => Volatile.Read(ref _fenced) != 0;

    /// <summary>Which replicas a start still waits for, and why; empty when it waits for none.</summary>
    public string ActivationWait => string.Join("; ", _sets.Select(set => set.ActivationWait).Where(wait => wait.Length > 0));

    /// <inheritdoc/>
    public string? Degradation
    {
        get
        {
            var ill = _sets.Where(set => !set.Status.ReadOnly).SelectMany(set => set.Replicas).Where(replica => replica.State != ReplicaState.Active).ToList();
            return ill.Count == 0 ? null : $"disk {_options.Name}: {string.Join("; ", ill.Select(replica => $"replica {replica.Target} does not serve: {replica.Trouble}"))}";
        }
    }

    /// <summary>Makes a disk out of a request. Nothing is connected before it is started.</summary>
    /// <exception cref="BlockBackendException">The request cannot be met; the text says what is wrong.</exception>
    public static CrucibleBackend Open(VolumeConstructionRequest request, CrucibleDiskOptions options)
    {
        var builder = new VolumeBuilder
        {
            LeaseOwner = options.LeaseOwner,
            Clock = options.Clock,
            Log = line => options.Log($"disk {options.Name}: {line}"),
            Adjust = options.Adjust,
        };
        try
        {
            return new CrucibleBackend(request, builder.Build(request), options);
        }
        catch (CrucibleException wrong)
        {
            throw new BlockBackendException($"Disk {options.Name}: {wrong.Error.Text}.", wrong);
        }
    }

    /// <inheritdoc/>
    public void Greet()
    {
        foreach (var set in _sets)
            set.Greet();
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await OpenControlsAsync().ConfigureAwait(false);
        try
        {
            var notice = _options.Clock.CreateTimer(_ => NoteWait(), null, _options.WaitNotice, _options.WaitNotice);
            await using (notice.ConfigureAwait(false))
                await _volume.ActivateAsync(cancellation).ConfigureAwait(false);
        }
        catch (CrucibleException failure)
        {
            throw new BlockBackendException($"Disk {_options.Name} cannot be opened: {failure.Error}.", failure);
        }

        _active = true;
        _scrub = ScrubAsync();
    }

    /// <inheritdoc/>
    public void Submit(BlockRequest request) => _ = CarryOutAsync(request);

    /// <summary>Makes everything written so far durable and takes a snapshot of that name on every replica.</summary>
    /// <exception cref="CrucibleException">A replica could not; the text says why.</exception>
    public Task SnapshotAsync(string name) => _volume.FlushAsync(name);

    /// <summary>
    /// Replaces the one target in which the new request differs; the new replica is then repaired beside the guest. A request that only brings a higher generation
    /// is kept for who opens the volume again.
    /// </summary>
    /// <returns>What became of it, or null when nothing differs.</returns>
    /// <exception cref="CrucibleException">The request changes something else.</exception>
    public ReplaceResult? Replace(VolumeConstructionRequest replacement)
    {
        lock (_gate)
        {
            var change = VolumeChangeRules.Compare(_request, replacement);
            if (change == VolumeChange.None)
            {
                _request = replacement;
                return null;
            }

            if (change.Region >= _sets.Count)
                return ReplaceResult.Missing;
            var result = _sets[change.Region].Replace(VolumeBuilder.ParseTarget(change.Old), VolumeBuilder.ParseTarget(change.New));
            if (result is ReplaceResult.Started or ReplaceResult.StartedAlready or ReplaceResult.CompletedAlready)
                _request = replacement;
            return result;
        }
    }

    /// <summary>Flushes for the last time and lets the replicas go, so that another machine may open the volume; later requests fail.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        await StopScrubAsync().ConfigureAwait(false);
        if (!_active)
            return;
        _active = false;
        await _volume.DeactivateAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Flushes, within a limit, and closes everything.</summary>
    public void Dispose() => CloseAsync().GetAwaiter().GetResult();

    async Task CarryOutAsync(BlockRequest request)
    {
        BlockStatus status;
        try
        {
            status = await ExecuteAsync(request).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is CrucibleException or ObjectDisposedException)
        {
            status = BlockStatus.Failed;
        }

        Counters.Count(request, status);
        request.Complete(status);
    }

    async ValueTask<BlockStatus> ExecuteAsync(BlockRequest request)
    {
        switch (request.Operation)
        {
            case BlockOperation.Read:
                return await _transfer.ReadAsync(request).ConfigureAwait(false) ? BlockStatus.Success : BlockStatus.Failed;
            case BlockOperation.Flush:
                if (Geometry.HasWriteCache)
                    await _volume.FlushAsync().ConfigureAwait(false);
                return BlockStatus.Success;
            case var _ when Geometry.ReadOnly:
                return BlockStatus.ReadOnly;
            case BlockOperation.Write:
                return await _transfer.WriteAsync(request).ConfigureAwait(false) ? BlockStatus.Success : BlockStatus.Failed;
            case BlockOperation.WriteZeroes:
                await _transfer.WriteZeroesAsync(request).ConfigureAwait(false);
                return BlockStatus.Success;
            default:
                return BlockStatus.Success;
        }
    }

    void TellFenced(ulong generation)
    {
        if (Interlocked.Exchange(ref _fenced, 1) == 0)
            _options.Fenced($"disk {_options.Name} is fenced: another session opened it with generation {generation}");
    }

    void NoteWait()
    {
        if (ActivationWait is { Length: > 0 } wait)
            _options.Log($"disk {_options.Name} is not open yet: {wait}");
    }

    async Task OpenControlsAsync()
    {
        var regions = VolumeChangeRules.Regions(Request).ToList();
        for (var i = 0; i < _sets.Count; i++)
        {
            if (regions[i].Opts.Control is not { } address)
                continue;
            try
            {
                _controls.Add(await ControlServer.StartAsync(_sets[i], VolumeBuilder.ParseTarget(address)).ConfigureAwait(false));
            }
            catch (Exception failure) when (failure is CrucibleException or IOException)
            {
                throw new BlockBackendException($"Disk {_options.Name}: the control address {address} cannot be used: {failure.Message}", failure);
            }
        }
    }

    async Task ScrubAsync()
    {
        if (_volume is not Volume { HasParent: true } volume || Geometry.ReadOnly)
            return;
        try
        {
            await Task.Delay(_options.ScrubDelay, _options.Clock, _stop.Token).ConfigureAwait(false);
            await volume.ScrubAsync(_options.ScrubPause, _stop.Token).ConfigureAwait(false);
            _options.Log($"disk {_options.Name}: everything of its parent is copied");
        }
        catch (CrucibleException failure)
        {
            _options.Log($"disk {_options.Name}: copying its parent was given up and will be tried at the next start: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            // The disk is being closed: the copy goes on at the next start.
        }
    }

    async Task StopScrubAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _scrub.WaitAsync(_options.CloseLimit, _options.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task CloseAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(_options.CloseLimit, _options.Clock);
            await ReleaseAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is CrucibleException or OperationCanceledException)
        {
            _options.Log($"disk {_options.Name} is closed without its last flush: {failure.Message}");
        }

        foreach (var control in _controls)
            await control.DisposeAsync().ConfigureAwait(false);
        await _volume.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
