using System.Collections.Concurrent;
using System.Reflection;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>
/// Runs all grains in this process, one turn at a time each. Calls are queued; a call that waits too long fails with its outcome unknown. An
/// activation ends when one of its writes fails, or when it is settled and nobody has called for a while; the next call makes a new one from
/// the store.
/// </summary>
public sealed class InProcessHost : IGrains, IAsyncDisposable
{
    readonly HostParts _parts;
    readonly Dictionary<Type, GrainKind> _kinds;
    readonly ConcurrentDictionary<(Type Interface, string Key), Activation> _activations = [];
    readonly ConcurrentDictionary<(Type Interface, string Key), object> _proxies = [];
    readonly ConcurrentDictionary<(Type Interface, string Key), ITimer> _revivals = [];
    readonly ITimer _sweep;
    volatile bool _stopped;

    /// <summary>A host; grains are made when they are called.</summary>
    /// <param name="parts">What it works with.</param>
    public InProcessHost(HostParts parts)
    {
        _parts = parts;
        _kinds = GrainKinds.All.ToDictionary(kind => kind.Interface);
        _sweep = parts.Time.CreateTimer(_ => Sweep(), null, parts.Options.IdleAfter / 2, parts.Options.IdleAfter / 2);
    }

    /// <summary>Activations there are now.</summary>
    public int Count => _activations.Count;

    /// <inheritdoc/>
    public T Get<T>(string key)
        where T : class, IGrainWithStringKey => (T)Get(typeof(T), key);

    /// <summary>The grain with a key, by its interface.</summary>
    /// <param name="type">The interface.</param>
    /// <param name="key">The key, prefix included.</param>
    /// <exception cref="ArgumentException">No grain of this kind has such a key.</exception>
    public object Get(Type type, string key)
    {
        if (!_kinds.TryGetValue(type, out var kind))
            throw new ArgumentException($"there are no grains of type {type.Name}", nameof(type));
        if (!key.StartsWith(kind.Prefix, StringComparison.Ordinal) || key.Length == kind.Prefix.Length)
            throw new ArgumentException($"\"{key}\" is not a key of {kind.Name}; keys start with \"{kind.Prefix}\"", nameof(key));
        return _proxies.GetOrAdd((type, key), _ => LocalCalls.Make(type, this, kind, key));
    }

    /// <summary>Activates every grain that has work to do; called once after the start.</summary>
    /// <param name="store">Where the grains' records are.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task WakeAsync(EntityStore store, CancellationToken cancel = default)
    {
        const int pageLength = 500;
        var byName = _kinds.Values.ToDictionary(kind => kind.Name);
        var (after, woken) = ("", 0);
        while (!cancel.IsCancellationRequested)
        {
            var page = await store.WakingAsync(after, pageLength);
            await Task.WhenAll(page.Where(one => byName.ContainsKey(one.Kind)).Select(one => TryWakeAsync(byName[one.Kind], one.Key)));
            woken += page.Count;
            if (page.Count < pageLength)
                break;
            after = page[^1].Key;
        }
        HostLog.Woken(_parts.Log, woken);
    }

    /// <summary>Ends all activations; turns that run are finished, queued calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        await _sweep.DisposeAsync();
        foreach (var timer in _revivals.Values)
            await timer.DisposeAsync();
        await Task.WhenAll(_activations.Values.Select(activation => activation.EndAsync()));
    }

    /// <summary>Queues a call.</summary>
    internal async Task<object?> CallAsync(GrainKind kind, string key, bool readOnly, string method, Func<IEntityGrain, Task<object?>> call)
    {
        try
        {
            var turn = Post(kind, key, readOnly, call);
            await using var deadline = _parts.Time.CreateTimer(_ => turn.Expire(), null, _parts.Options.CallTimeout, Timeout.InfiniteTimeSpan);
            return await turn.Answer;
        }
        catch (TimeoutException e)
        {
            throw new GrainCallException($"{key} did not answer {method} in {_parts.Options.CallTimeout.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is not GrainCallException)
        {
            throw new GrainCallException($"{key} could not do {method}: {e.Message}", e);
        }
    }

    Turn Post(GrainKind kind, string key, bool readOnly, Func<IEntityGrain, Task<object?>> call)
    {
        while (!_stopped)
        {
            var activation = _activations.GetOrAdd((kind.Interface, key), _ => new Activation(_parts, kind, key, this, Forget));
            if (activation.TryPost(call, readOnly) is { } turn)
                return turn;
            Forget(activation, false);
        }
        throw new GrainCallException($"{key} cannot be called: the silo stops");
    }

    async Task TryWakeAsync(GrainKind kind, string key)
    {
        try
        {
            await CallAsync(kind, key, readOnly: false, "wake", _ => Task.FromResult<object?>(null));
        }
        catch (GrainCallException e)
        {
            HostLog.ActivationFailed(_parts.Log, key, e);
        }
    }

    void Forget(Activation activation, bool failed)
    {
        var name = (activation.Kind.Interface, activation.Key);
        if (_activations.TryRemove(new(name, activation)))
            _proxies.TryRemove(name, out _);
        // What the activation was about to do is in the store, and nobody may call again: a new one goes on.
        if (failed && !_stopped)
            _revivals.GetOrAdd(name, _ => _parts.Time.CreateTimer(_ => Revive(activation.Kind, activation.Key), null, _parts.Options.RetryAfter, Timeout.InfiniteTimeSpan));
    }

    void Revive(GrainKind kind, string key)
    {
        if (_revivals.TryRemove((kind.Interface, key), out var timer))
            timer.Dispose();
        if (!_stopped)
            _ = Task.Factory.StartNew(() => TryWakeAsync(kind, key), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _parts.Scheduler);
    }

    void Sweep()
    {
        var before = _parts.Time.GetUtcNow() - _parts.Options.IdleAfter;
        foreach (var activation in _activations.Values)
            activation.EndIfIdle(before);
    }

    /// <summary>Turns calls into turns; public because proxies derive from it, of no use elsewhere.</summary>
    public class LocalCalls : DispatchProxy
    {
        static readonly MethodInfo Typed = typeof(LocalCalls).GetMethod(nameof(CallForAsync), BindingFlags.Instance | BindingFlags.NonPublic)!;
        static readonly ConcurrentDictionary<MethodInfo, CallShape> Shapes = [];

        InProcessHost _host = null!;
        GrainKind _kind = null!;
        string _key = "";

        internal static object Make(Type type, InProcessHost host, GrainKind kind, string key)
        {
            var proxy = Create(type, typeof(LocalCalls));
            var calls = (LocalCalls)proxy;
            (calls._host, calls._kind, calls._key) = (host, kind, key);
            return proxy;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var shape = Shapes.GetOrAdd(targetMethod!, static method => CallShape.Of(method));
            return shape.Typed is { } typed ? typed(this, shape, args) : CallAsync(shape, grain => DropAsync((Task)shape.Method.Invoke(grain, args)!));
        }

        static async Task<object?> DropAsync(Task call)
        {
            await call;
            return null;
        }

        async Task<T> CallForAsync<T>(CallShape shape, object?[]? args) =>
            (T)(await CallAsync(shape, async grain => await (Task<T>)shape.Method.Invoke(grain, args)!))!;

        Task<object?> CallAsync(CallShape shape, Func<IEntityGrain, Task<object?>> call) => _host.CallAsync(_kind, _key, shape.ReadOnly, shape.Name, call);

        /// <summary>What reflection tells of a method, asked once.</summary>
        sealed record CallShape(MethodInfo Method, string Name, bool ReadOnly, Func<LocalCalls, CallShape, object?[]?, object>? Typed)
        {
            public static CallShape Of(MethodInfo method) => new(
                method,
                GrainNames.Of(method),
                method.IsDefined(typeof(ReadOnlyCallAttribute), inherit: false),
                method.ReturnType == typeof(Task)
                    ? null
                    : LocalCalls.Typed.MakeGenericMethod(method.ReturnType.GetGenericArguments()).CreateDelegate<Func<LocalCalls, CallShape, object?[]?, object>>());
        }
    }
}
