namespace Propolis.Contracts.Hosting;

/// <summary>
/// Reaches grains, wherever they are. A call that fails with an exception may have been carried out: repeat it with the same operation
/// id, or ask.
/// </summary>
public interface IGrains
{
    /// <summary>The grain with a key.</summary>
    /// <typeparam name="T">A grain interface of this assembly.</typeparam>
    /// <param name="key">The key, prefix included.</param>
    T Get<T>(string key)
        where T : class, IGrainWithStringKey;
}
