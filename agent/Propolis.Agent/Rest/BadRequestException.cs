namespace Propolis.Agent.Rest;

/// <summary>A request is wrong; the text is the sentence of the 400.</summary>
/// <param name="message">What, where, and what would be right.</param>
sealed class BadRequestException(string message) : Exception(message);
