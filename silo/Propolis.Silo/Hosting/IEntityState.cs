namespace Propolis.Silo.Hosting;

/// <summary>
/// A grain's state as its host keeps it. <see cref="Value"/> is what is written and nothing else: it changes only after a write succeeded. Any
/// failed write ends the activation, because nobody knows what the store holds; the next activation reads it.
/// </summary>
/// <typeparam name="T">The state.</typeparam>
public interface IEntityState<T>
    where T : EntityRecord
{
    /// <summary>The state as last written; null before the first write.</summary>
    /// <exception cref="InvalidOperationException">A write failed: this activation has ended.</exception>
    T? Value { get; }

    /// <summary>Writes the next version on top of the present one.</summary>
    /// <param name="next">The new state, its version one higher.</param>
    Task WriteAsync(T next);
}
