namespace Propolis.Silo.Storage;

/// <summary>The store did not do what was asked, or did not say whether it did.</summary>
/// <param name="message">What was asked and what was seen.</param>
/// <param name="cause">What was seen.</param>
public class StoreException(string message, Exception? cause = null) : Exception(message, cause);
