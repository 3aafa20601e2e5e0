using System.Reflection;
using Orleans.Runtime.Messaging;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>
/// Reaches grains on whichever silo they are. A call that was lost with a silo is made again until another silo answers: every call may be
/// repeated. All failures are <see cref="GrainCallException"/>.
/// </summary>
/// <param name="factory">Orleans' references.</param>
/// <param name="options">How long calls may take.</param>
/// <param name="time">The clock.</param>
public sealed class OrleansGrains(IGrainFactory factory, ClusterOptions options, TimeProvider time) : IGrains
{
    static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(100);

    static readonly Dictionary<Type, GrainKind> Kinds = GrainKinds.All.ToDictionary(kind => kind.Interface);

    /// <inheritdoc/>
    public T Get<T>(string key)
        where T : class, IGrainWithStringKey
    {
        if (!Kinds.TryGetValue(typeof(T), out var kind))
            throw new ArgumentException($"there are no grains of type {typeof(T).Name}");
        if (!key.StartsWith(kind.Prefix, StringComparison.Ordinal) || key.Length == kind.Prefix.Length)
            throw new ArgumentException($"\"{key}\" is not a key of {kind.Name}; keys start with \"{kind.Prefix}\"", nameof(key));
        var proxy = DispatchProxy.Create<T, Calls>();
        ((Calls)(object)proxy).Bind(this, factory.GetGrain<T>(key), key);
        return proxy;
    }

    async Task<T> CallAsync<T>(string key, string method, Func<Task<T>> call)
    {
        var until = time.GetUtcNow() + options.CallTimeout;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (IsLost(e) && time.GetUtcNow() < until)
            {
                await Task.Delay(RepeatAfter, time);
            }
            catch (Exception e)
            {
                throw new GrainCallException(IsLost(e) ? $"{key} did not answer {method} in {options.CallTimeout.TotalSeconds:0} s" : $"{key} could not do {method}: {e.Message}", e);
            }
        }
    }

    static bool IsLost(Exception e) => e is TimeoutException or OrleansMessageRejectionException or SiloUnavailableException or ConnectionFailedException;

    /// <summary>Turns calls into Orleans' own; public because proxies derive from it, of no use elsewhere.</summary>
    public class Calls : DispatchProxy
    {
        static readonly MethodInfo Typed = typeof(Calls).GetMethod(nameof(CallForAsync), BindingFlags.Instance | BindingFlags.NonPublic)!;

        OrleansGrains _grains = null!;
        object _reference = null!;
        string _key = "";

        internal void Bind(OrleansGrains grains, object reference, string key) => (_grains, _reference, _key) = (grains, reference, key);

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var method = targetMethod!;
            return method.ReturnType == typeof(Task)
                ? _grains.CallAsync(_key, GrainNames.Of(method), () => DropAsync((Task)Send(method, args)))
                : Typed.MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(this, [method, args]);
        }

        Task<T> CallForAsync<T>(MethodInfo method, object?[]? args) => _grains.CallAsync(_key, GrainNames.Of(method), () => (Task<T>)Send(method, args));

        static async Task<bool> DropAsync(Task call)
        {
            await call;
            return true;
        }

        object Send(MethodInfo method, object?[]? args) => method.Invoke(_reference, BindingFlags.DoNotWrapExceptions, null, args, null)!;
    }
}
