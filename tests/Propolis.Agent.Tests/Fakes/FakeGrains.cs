using System.Reflection;
using Propolis.Contracts.Hosting;

namespace Propolis.Agent.Tests.Fakes;

/// <summary>Grains that answer as the test says, by the names of their methods; what the test does not foresee fails it.</summary>
public sealed class FakeGrains : IGrains
{
    /// <summary>Answers calls: key, method, argument.</summary>
    public required Func<string, string, object?, object?> Answer { get; init; }

    /// <inheritdoc/>
    public T Get<T>(string key)
        where T : class, IGrainWithStringKey
    {
        var proxy = DispatchProxy.Create<T, Calls>();
        ((Calls)(object)proxy).Bind((method, argument) => Answer(key, method, argument));
        return proxy;
    }

    /// <summary>Public because proxies derive from it.</summary>
    public class Calls : DispatchProxy
    {
        static readonly MethodInfo Finish = typeof(Calls).GetMethod(nameof(FinishAsync), BindingFlags.Static | BindingFlags.NonPublic)!;

        Func<string, object?, object?> _answer = null!;

        internal void Bind(Func<string, object?, object?> answer) => _answer = answer;

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(Task) ? FinishAsync<object>(_answer, targetMethod.Name, args is [{ } only] ? only : null) :
            Finish.MakeGenericMethod(targetMethod.ReturnType.GetGenericArguments()).Invoke(null, [_answer, targetMethod.Name, args is [{ } one] ? one : null]);

        static async Task<T> FinishAsync<T>(Func<string, object?, object?> answer, string method, object? argument)
        {
            await Task.Yield();
            return (T)answer(method, argument)!;
        }
    }
}
